import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import { defineReadModel, type ReadModel } from './defineReadModel.ts';
import { projectReadModels } from './projectReadModels.ts';
import type { EventBus } from './eventBus.ts';
import {
  counterDomain,
  CounterRaised,
  CounterReset,
  raised,
  reset,
  type CounterDomain,
} from './fixtures/counterDomain.ts';
import { operationState, prepareReadModels, requestOperation } from './operations.ts';
import { listParked } from './parked.ts';
import { rebuildReadModel } from './rebuildReadModel.ts';
import { startRelay, type Relay } from './relay.ts';
import { runConsumers, type RunningConsumers } from './runConsumers.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
const counters = ['a', 'b', 'c', 'd', 'e'];

describe('a read model', () => {
  let domain: CounterDomain & { close(): Promise<void> };
  let bus: EventBus;
  let relay: Relay;
  let running: RunningConsumers;
  let poison: number | undefined;
  let url: string;

  /** The value of each counter: applying an event twice, out of order or not at all gives another one. */
  const totals: ReadModel = defineReadModel({
    name: 'totals',
    table: 'totals',
    events: [CounterRaised, CounterReset],
    async project(tx, event, table) {
      if (event.eventType === 'CounterRaised' && event.data.by === poison) throw new Error('poisoned');
      const by = event.eventType === 'CounterRaised' ? event.data.by : 0;
      await tx.$executeRawUnsafe(
        `insert into ${table} (counter, value, events) values ($1, $2::int, 1)
        on conflict (counter) do update set value = case when $3::boolean then 0 else ${table}.value * 3 % 1000003 + $2::int end, events = ${table}.events + 1`,
        event.data.counter,
        by,
        event.eventType === 'CounterReset',
      );
    },
  });

  beforeAll(async () => {
    const [own, busDatabase] = await Promise.all([emptyDatabase(), databaseOf('platform/events/bus/migrations')]);
    url = own.url;
    domain = counterDomain(url, { relay: () => relay, poolSize: 12 });
    bus = await postgresBus({ databaseUrl: busDatabase.url, log });
    await domain.pool
      .query(`create table totals (counter text constraint totals_pkey primary key, value bigint not null, events int not null);
      create index totals_by_value on totals (value) where value > 0; create unique index totals_counter_events on totals (counter, events)`);
    relay = await startRelay(domain, bus);
    running = await runConsumers(domain, projectReadModels([totals], 'counters'), bus);
  });
  afterAll(async () => {
    await running.stop();
    await relay.stop();
    await bus.close();
    await domain.close();
  });

  const rows = async () =>
    (
      await domain.pool.query<{ counter: string; value: string; events: number }>(
        'select counter, value, events from totals order by counter',
      )
    ).rows;
  const indexes = async () =>
    (
      await domain.pool.query<{ indexdef: string }>(
        `select indexdef from pg_indexes where tablename = 'totals' order by indexname`,
      )
    ).rows;
  /** What the event table says the counters should be. */
  const expected = async () => {
    const { rows: events } = await domain.pool.query<{ type: string; data: { counter: string; by: number } }>(
      'select type, data from platform.event order by position',
    );
    const folded = new Map<string, { value: number; events: number }>();
    for (const { type, data } of events) {
      const known = folded.get(data.counter);
      const value = type === 'CounterReset' ? 0 : known ? ((known.value * 3) % 1000003) + data.by : data.by;
      folded.set(data.counter, { value, events: (known?.events ?? 0) + 1 });
    }
    return [...folded]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([counter, { value, events: count }]) => ({ counter, value: String(value), events: count }));
  };
  const caughtUp = () =>
    until(
      async () => {
        const [actual, wanted] = [await rows(), await expected()];
        return JSON.stringify(actual) === JSON.stringify(wanted);
      },
      { what: 'the projection equals the events', timeoutMs: 15_000 },
    );
  const append = (counter: string, by: number) =>
    domain.transaction((tx) => domain.events.append(tx, null, [by ? raised(counter, by) : reset(counter)]), {
      retries: 20,
    });

  it('equals the events, live and rebuilt, while appends go on during the rebuilds', async () => {
    const indexesBefore = await indexes();
    const history = fc.array(fc.record({ counter: fc.constantFrom(...counters), by: fc.nat(9) }), {
      minLength: 5,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(history, history, async (before, during) => {
        await Promise.all(before.map(({ counter, by }) => append(counter, by)));
        const appending = (async () => {
          for (const { counter, by } of during) await append(counter, by);
        })();
        await rebuildReadModel(domain, totals);
        await appending;
        await caughtUp();
        await rebuildReadModel(domain, totals);
        expect(await rows()).toEqual(await expected());
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect(await indexes()).toEqual(indexesBefore);
    expect(await listParked(domain.pool)).toEqual([]);
    const { rows: left } = await domain.pool.query(
      'select distinct p.generation, r.generation as shown from platform.projected p join platform.read_model r on r.name = p.read_model',
    );
    expect(left).toEqual([{ generation: expect.any(Number), shown: left[0].generation }]);
  }, 120_000);

  it('serves reads all the time while it is rebuilt', async () => {
    await append('a', 1);
    await caughtUp();
    let rebuilding = true;
    let reads = 0;
    const reading = (async () => {
      while (rebuilding) {
        expect(await rows()).not.toHaveLength(0);
        reads += 1;
      }
    })();
    for (let n = 0; n < 3; n += 1) await rebuildReadModel(domain, totals);
    rebuilding = false;
    await reading;
    expect(reads).toBeGreaterThan(0);
  });

  it('repairs a table that was spoilt, when somebody asks for it through the database', async () => {
    await domain.pool.query('update totals set value = value + 1');
    const id = await requestOperation(domain.pool, { kind: 'rebuild', arguments: { readModel: 'totals' } });
    const state = await until(async () => {
      const each = await operationState(domain.pool, id);
      return each.finishedAt && each;
    });
    const {
      rows: [log_],
    } = await domain.pool.query<{ count: number }>('select count(*)::int as count from platform.event');
    expect(state).toMatchObject({ result: { events: log_!.count }, error: null });
    expect(await rows()).toEqual(await expected());
  });

  it('stays as it was when a rebuild fails, and when another is running', async () => {
    await append('a', 7);
    await caughtUp();
    const before = await rows();
    poison = 7;
    await expect(rebuildReadModel(domain, totals)).rejects.toThrow('cannot be projected: Error: poisoned');
    poison = undefined;
    expect(await rows()).toEqual(before);
    const outcomes = await Promise.allSettled([rebuildReadModel(domain, totals), rebuildReadModel(domain, totals)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rows()).toEqual(before);
  });

  it('keeps a counter where it stopped when its event is parked, and brings it on by a rebuild once the bug is gone', async () => {
    poison = 1_001;
    await append('p', 1);
    await append('p', 1_001);
    await append('p', 2);
    await append('q', 1);
    await until(
      async () => (await listParked(domain.pool)).length === 2 && (await rows()).some(({ counter }) => counter === 'q'),
    );
    await rebuildReadModel(domain, totals);
    expect((await rows()).find(({ counter }) => counter === 'p')).toEqual({ counter: 'p', value: '1', events: 1 });
    poison = undefined;
    await rebuildReadModel(domain, totals);
    expect(await rows()).toEqual(await expected());
    const id = await requestOperation(domain.pool, { kind: 'replay', arguments: {} });
    await until(async () => (await operationState(domain.pool, id)).finishedAt);
    await append('p', 3);
    await caughtUp();
    expect(await listParked(domain.pool)).toEqual([]);
  });

  it('that is new to a domain with a past is filled from it, by the release that has it while the one before still runs', async () => {
    await domain.pool.query('create table late (like totals including all)');
    const late = defineReadModel({ ...totals, name: 'late', table: 'late' });
    const next = counterDomain(url);
    const more = await runConsumers(next, projectReadModels([late], 'counters'), bus);
    await until(
      async () =>
        (await domain.pool.query('select 1 from platform.read_model where name = $1 and generation = 2', ['late']))
          .rowCount,
    );
    const { rows: filled } = await domain.pool.query('select counter, value, events from late order by counter');
    expect(filled).toEqual(await expected());
    // Whoever is told first: what the other has is left to it.
    for (const readModel of ['late', 'totals', 'late', 'totals']) {
      const id = await requestOperation(domain.pool, { kind: 'rebuild', arguments: { readModel } });
      const { error } = await until(async () => {
        const each = await operationState(domain.pool, id);
        return each.finishedAt && each;
      });
      expect([readModel, error]).toEqual([readModel, null]);
    }
    await more.stop();
    await next.close();
  });

  it('that is new is filled from the past also when the first process with it ends half-way', async () => {
    await append('a', 1);
    await caughtUp();
    await domain.pool.query('create table later (like totals including all)');
    const later = defineReadModel({ ...totals, name: 'later', table: 'later' });
    await domain.pool.query('alter table platform.operation rename to operation_away');
    await expect(prepareReadModels(domain, projectReadModels([later], 'counters'))).rejects.toThrow(
      'platform.operation',
    );
    await domain.pool.query('alter table platform.operation_away rename to operation');
    await prepareReadModels(domain, projectReadModels([later], 'counters'));
    const { rows: asked } = await domain.pool.query(
      `select arguments from platform.operation where arguments->>'readModel' = 'later'`,
    );
    expect(asked).toEqual([{ arguments: { readModel: 'later' } }]);
    await domain.pool.query(
      `delete from platform.operation where arguments->>'readModel' = 'later'; delete from platform.read_model where name = 'later'; drop table later`,
    );
  });

  it('that nobody has cannot be asked for', async () => {
    await expect(requestOperation(domain.pool, { kind: 'rebuild', arguments: { readModel: 'totls' } })).rejects.toThrow(
      'there is no read model totls here; there is late, totals',
    );
  });

  it('refuses to be rebuilt when another table hangs on its table', async () => {
    await domain.pool.query('create table hanging (counter text references totals (counter))');
    await expect(rebuildReadModel(domain, totals)).rejects.toThrow('totals cannot be rebuilt: hanging_counter_fkey');
    await domain.pool.query('drop table hanging');
  });
});
