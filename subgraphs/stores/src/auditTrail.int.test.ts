import { beforeAll, describe, expect, it } from 'vitest';
import { AuditService } from '#generated/proto/drburger/platform/v1/audit_pb.ts';
import { recorded } from '#platform/audit/auditMutations.ts';
import { readTrail, verifyTrail } from '#platform/audit/trail.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Stores } from './context.ts';
import stores from './main.ts';

const berlin = seedId('store', 1);
const elsewhere = seedId('store', 2);
const manager = principalWith(['store:manage'], { subject: 'm-1', roles: ['manager'], bindings: { store: berlin } });
const cook = principalWith(['kitchen:work'], { subject: 'k-1', roles: ['kitchen'], bindings: { store: berlin } });
const guest = principalWith(['store:manage'], { subject: 'c-1', roles: ['customer'], bindings: { store: berlin } });

describe('what staff did to stores', () => {
  let graph: TestSubgraph<Stores>;
  let now = new Date('2026-12-20T12:00:00Z');
  beforeAll(async () => {
    graph = await testSubgraph<Stores>(stores, { seed: true, clock: () => now });
  });

  const pause = (who: typeof manager, storeId: string, reason = 'Frau Müller ist krank') => {
    now = new Date(now.getTime() + 1_000);
    return graph.as(who)('mutation ($input: PauseOrderingInput!) { pauseOrdering(input: $input) { __typename } }', {
      input: { storeId, reason },
    });
  };
  const entries = async (filter: object = {}) =>
    (await graph.client(AuditService).listEntries({ limit: 50, ...filter })).entries;

  it('is recorded with who, what, on which store and what became of it, also what was refused', async () => {
    await pause(manager, berlin);
    await pause(manager, elsewhere);
    const { errors } = await pause(cook, berlin);
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    await pause(guest, berlin);

    const found = await entries();
    expect(
      found.map(({ actor, roles, action, answer, objects }) => ({ actor, roles, action, answer, objects })),
    ).toEqual([
      { actor: 'user:k-1', roles: ['kitchen'], action: 'pauseOrdering', answer: 'FORBIDDEN', objects: [berlin] },
      { actor: 'user:m-1', roles: ['manager'], action: 'pauseOrdering', answer: 'StoreNotFound', objects: [elsewhere] },
      {
        actor: 'user:m-1',
        roles: ['manager'],
        action: 'pauseOrdering',
        answer: 'PauseOrderingSuccess',
        objects: [berlin],
      },
    ]);
    expect(found[0]!.input).toEqual({ storeId: berlin });
  });

  it('is found by actor, object and time, a page at a time', async () => {
    expect(await entries({ actor: 'user:k-1' })).toHaveLength(1);
    expect(await entries({ objectId: elsewhere })).toHaveLength(1);
    expect(await entries({ action: 'resumeOrdering' })).toHaveLength(0);
    expect(await entries({ from: '2026-12-20T12:00:02.000Z', until: '2026-12-20T12:00:03.000Z' })).toHaveLength(1);
    const [first] = await entries({ limit: 1 });
    const rest = await entries({ beforeAt: first!.at, beforeSeq: first!.seq });
    expect(rest.map(({ actor }) => actor)).toEqual(['user:m-1', 'user:m-1']);
  });

  it('has the id of what was created, and is found by it', async () => {
    const created = seedId('store', 99);
    const action = { actor: 'user:a-1', roles: ['admin'], channel: 'staff', action: 'openStore', input: {} };
    await recorded(graph.domain, action, () =>
      Promise.resolve({ result: undefined, answer: 'OpenStoreSuccess', objects: [created] }),
    );
    expect(await entries({ objectId: created })).toMatchObject([{ action: 'openStore', objects: [created] }]);
  });

  it('holds no word that somebody wrote, and is whole', async () => {
    const rows = [];
    for await (const row of readTrail(graph.domain.pool)) rows.push(row);
    expect(JSON.stringify(rows)).not.toMatch(/Müller|krank/);
    expect(await verifyTrail(readTrail(graph.domain.pool))).toMatchObject({ kind: 'whole' });
  });

  it('is not done when it cannot be recorded', async () => {
    await graph.domain.pool.query('alter function platform.audit_append(text) rename to audit_append_away');
    const { errors } = await pause(manager, berlin);
    expect(errors?.[0]?.extensions?.['code']).toBe('INTERNAL_SERVER_ERROR');
    await graph.domain.pool.query('alter function platform.audit_append_away(text) rename to audit_append');
    const events = await graph.appended();
    expect(events.filter(({ eventType }) => eventType === 'StoreOrderingChanged')).toHaveLength(1);
  });
});
