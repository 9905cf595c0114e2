import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { defineReadModel, type ReadModel } from './defineReadModel.ts';
import { handleIn } from './deliver.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { projectReadModels } from './projectReadModels.ts';

let domain: CounterDomain & { close(): Promise<void> };
beforeAll(async () => {
  domain = counterDomain((await emptyDatabase()).url, { poolSize: 1 });
  await domain.pool.query(`create table sums (counter text primary key, value int not null);
    create table shares (counter text primary key, value int not null);
    insert into platform.read_model (name) values ('sums'), ('shares')`);
});
afterAll(() => domain.close());

/** Keeps what `value` computes of each event, added up. */
const model = (table: string, value: string): ReadModel =>
  defineReadModel({
    name: table,
    table,
    events: [CounterRaised],
    project: async (tx, { data }, into) =>
      void (await tx.$executeRawUnsafe(
        `insert into ${into} values ($1, ${value}) on conflict (counter) do update set value = ${into}.value + excluded.value`,
        data.counter,
        data.by,
      )),
  });
const [sums, shares] = projectReadModels([model('sums', '$2::int'), model('shares', '12 / $2::int')], 'counters');
const append = (counter: string, by: number): Promise<EventEnvelope> =>
  domain.transaction(async (tx) => (await domain.events.append(tx, null, [raised(counter, by)]))[0]!);
const projected = async (event: EventEnvelope) => {
  const asked = vi.spyOn(domain.pool, 'query');
  const outcomes = await Promise.allSettled([sums!, shares!].map((each) => handleIn(domain, each, event, false)));
  const statements = asked.mock.calls.length;
  asked.mockRestore();
  return { statements, taken: outcomes.map((each) => (each.status === 'fulfilled' ? each.value : 'failed')) };
};
const shown = async (counter: string) =>
  (
    await domain.pool.query(
      'select (select value from sums where counter = $1) as sum, (select value from shares where counter = $1) as share',
      [counter],
    )
  ).rows[0] as unknown;

it('is one statement for all read models that hear an event, each of which takes it once', async () => {
  const events = [await append('a', 2), await append('a', 4)];
  for (const event of events) expect(await projected(event)).toEqual({ statements: 1, taken: ['first', 'first'] });
  expect(await projected(events[0]!)).toEqual({ statements: 1, taken: ['duplicate', 'duplicate'] });
  expect(await shown('a')).toEqual({ sum: 6, share: 9 });
});

it('prepares each write once for a connection, and again where the connection has lost it', async () => {
  const prepared = async () =>
    (await domain.pool.query<{ name: string }>(`select name from pg_prepared_statements where name like 'write%'`))
      .rows;
  const [lost, ...others] = await prepared();
  expect(others).toHaveLength(1);
  await domain.pool.query(`deallocate "${lost!.name}"`);
  expect(await projected(await append('c', 3))).toEqual({ statements: 1, taken: ['first', 'first'] });
  expect(await prepared()).toHaveLength(2);
});

it('leaves a read model to itself where another fails', async () => {
  const event = await append('b', 0);
  expect((await projected(event)).taken).toEqual(['first', 'failed']);
  expect(await shown('b')).toEqual({ sum: 0, share: null });
});
