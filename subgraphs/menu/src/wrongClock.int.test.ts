import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { principalWith, testSubgraph } from '#platform/testkit/testSubgraph.ts';
import { createMenuDraft, publishDueDrafts, publishMenuDraft } from './commands/settleDraft.ts';
import type { MenuDomain } from './context.ts';
import main from './main.ts';

const minutes = 60_000;
const admin = principalWith(['admin'], { roles: ['admin'] });

describe('a process of the menu whose clock is ten minutes ahead', () => {
  let domain: MenuDomain;
  /** What the clocks of all other machines say. */
  const right = () => Date.now() - 10 * minutes;

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * minutes });
    ({ domain } = await testSubgraph<MenuDomain>(main));
    // Faked, it stands still, and the database's goes on.
    vi.setSystemTime(performance.timeOrigin + performance.now() + 10 * minutes);
  });
  afterAll(() => void vi.useRealTimers());

  it('goes by the clock that it shares with the others', () => {
    expect(Math.abs(domain.clock().getTime() - right())).toBeLessThan(5_000);
  });

  it('publishes no draft before its time', async () => {
    const created = await createMenuDraft(domain, admin, { idempotencyKey: 'a', name: 'Evening' });
    if (!('draftId' in created)) throw new Error(created.kind);
    const { draftId } = created;
    const at = new Date(right() + 5 * minutes).toISOString();
    expect(
      await publishMenuDraft(domain, admin, { idempotencyKey: 'b', draftId, expectedVersion: 1, at }),
    ).toMatchObject({ kind: 'done' });
    await publishDueDrafts(domain);
    const draft = await domain.db.menuDraft.findUniqueOrThrow({ where: { id: draftId } });
    expect(draft.state).toBe('SCHEDULED');
  });
});
