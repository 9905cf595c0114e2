import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { feedChanges, type FeedChangesRequest } from './feedChanges.ts';
import { CounterRaised, counterDomain, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { inSnapshot, inTransaction } from './sqlTx.ts';

let domain: CounterDomain & { close(): Promise<void> };
beforeAll(async () => {
  domain = counterDomain((await emptyDatabase()).url, { poolSize: 4 });
});
afterAll(() => domain.close());

const raise = (counter: string, group: string, times = 1) =>
  inTransaction(domain.pool, (tx) =>
    domain.events.append(
      tx,
      null,
      Array.from({ length: times }, () => raised(counter, 1, group)),
    ),
  );
const changes = (group: string, since: number | null, over: Partial<FeedChangesRequest> = {}) =>
  inSnapshot(domain.pool, (tx) => feedChanges(tx, { feed: `group:${group}`, since, events: [CounterRaised], ...over }));

it('tells each aggregate that changed after a version, once, and up to which version that is all', async () => {
  const [group, a, b, c] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  for (const counter of [a, b, a, c, b, b]) await raise(counter, group);
  const sorted = (...ids: string[]) => ids.map((id) => `counter:${id}`).sort();
  for (const [since, ids] of [
    [0, [a, b, c]],
    [3, [b, c]],
    [4, [b]],
    [6, []],
  ] as const) {
    const answer = await changes(group, since);
    expect({ ...answer, changed: [...answer.changed!].sort() }).toEqual({ version: 6, changed: sorted(...ids) });
  }
  expect(await changes(group, 3, { upTo: 4 })).toEqual({ version: 4, changed: sorted(c) });
  expect(await changes(group, 5, { upTo: 4 })).toEqual({ version: 4, changed: [] });
});

it('counts the events of a feed that nobody asked for as nothing changed', async () => {
  const [group, a] = [randomUUID(), randomUUID()];
  await raise(a, group, 3);
  expect(await changes(group, 1, { events: [] })).toEqual({ version: 3, changed: [] });
});

it('cannot tell who holds nothing, more than there is, or one of long ago', async () => {
  const [group, a] = [randomUUID(), randomUUID()];
  expect(await changes(group, null)).toEqual({ version: 0, changed: undefined });
  expect(await changes(group, 0)).toEqual({ version: 0, changed: [] });
  await raise(a, group, 501);
  for (const since of [null, -1, 0, 502, 2 ** 31 - 1])
    expect(await changes(group, since)).toEqual({ version: 501, changed: undefined });
  expect(await changes(group, 1)).toEqual({ version: 501, changed: [`counter:${a}`] });
});

it('cannot tell when events of the range are gone', async () => {
  const [group, a] = [randomUUID(), randomUUID()];
  await raise(a, group, 5);
  await domain.pool.query('delete from platform.outbox');
  await domain.pool.query('delete from platform.event where feed = $1 and feed_version = 2', [`group:${group}`]);
  expect((await changes(group, 1)).changed).toBeUndefined();
  expect((await changes(group, 2)).changed).toHaveLength(1);
});
