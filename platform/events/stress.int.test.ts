import fc from 'fast-check';
import pino from 'pino';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import { ConcurrencyError } from './concurrencyError.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { BusMessage, EventBus } from './eventBus.ts';
import { counterDomain, CounterRaised, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { onEvent } from './onEvent.ts';
import { startRelay, type Relay } from './relay.ts';
import { runConsumers, type RunningConsumers } from './runConsumers.ts';
import { inTransaction } from './sqlTx.ts';

/** What one writer does, one transaction after the other. */
interface Step {
  readonly stream: number;
  readonly feed: number;
  readonly events: number;
  readonly pauses: boolean;
  readonly rollsBack: boolean;
}

const step = fc.record<Step>({
  stream: fc.nat(9),
  feed: fc.nat(2),
  events: fc.integer({ min: 1, max: 3 }),
  pauses: fc.nat(4).map((n) => n === 0),
  rollsBack: fc.nat(6).map((n) => n === 0),
});
const fault = fc.constantFrom('relay', 'connections', 'duplicates', 'none' as const);
const breath = () =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, 5);
  });

// Random writers with rollbacks, pauses and transactions of others, and a fault in the middle. fast-check prints the
// seed of a history that breaks a promise.
describe('events under stress', () => {
  let domain: CounterDomain & { close(): Promise<void> };
  let bus: EventBus;
  let busPool: pg.Pool;
  let relay: Relay;
  let running: RunningConsumers;
  let tailed: EventEnvelope[] = [];
  let published: EventEnvelope[] = [];
  let recording: EventBus;
  let round = 0;

  const consumer = onEvent(
    CounterRaised,
    'counters.stress',
    async (event, { tx }: { domain: CounterDomain; tx: CounterDomain['db'] }) => {
      await tx.$executeRawUnsafe(
        'insert into effect (stream, version) values ($1, $2)',
        event.metadata.aggregateId,
        event.metadata.aggregateVersion,
      );
    },
  );
  const once = (message: BusMessage) => {
    tailed.push(message.value as EventEnvelope);
  };

  beforeAll(async () => {
    const [own, busDatabase] = await Promise.all([emptyDatabase(), databaseOf('platform/events/bus/migrations')]);
    domain = counterDomain(own.url, { relay: () => relay, poolSize: 20 });
    busPool = testPool({ connectionString: busDatabase.url, max: 1 });
    bus = await postgresBus({ databaseUrl: busDatabase.url, log: pino({ level: 'silent' }) });
    recording = {
      publish: async (topic, messages) => {
        await bus.publish(topic, messages);
        published.push(...messages.map(({ value }) => value));
      },
      consume: bus.consume.bind(bus),
      tail: bus.tail.bind(bus),
      lag: bus.lag.bind(bus),
      close: bus.close.bind(bus),
    };
    await domain.pool.query(
      'create table effect (position bigint generated always as identity, stream text, version int)',
    );
    relay = await startRelay(domain, recording);
    running = await runConsumers(domain, [consumer], bus);
    await bus.tail(['counters.v1'], once);
  });
  afterAll(async () => {
    await running.stop();
    await relay.stop();
    await Promise.all([bus.close(), busPool.end()]);
    await domain.close();
  });

  /** @returns the ids it committed. */
  async function write(steps: readonly Step[]): Promise<string[]> {
    const committed: string[] = [];
    for (const { stream, feed, events, pauses, rollsBack } of steps) {
      const written = await inTransaction(domain.pool, async (tx) => {
        const known = await domain.events.load(tx, `counter:${round}-${stream}`);
        if (pauses) await breath();
        const appended = await domain.events.append(
          tx,
          known.length,
          Array.from({ length: events }, () => raised(`${round}-${stream}`, 1, `${round}-${feed}`)),
        );
        if (pauses) await breath();
        if (rollsBack) throw new ConcurrencyError('changed its mind');
        return appended;
      }).catch((error: unknown) => {
        if (error instanceof ConcurrencyError) return [];
        throw error;
      });
      if (written.length) relay.wake();
      committed.push(...written.map(({ eventId }) => eventId));
    }
    return committed;
  }

  /**
   * A transaction in the same database, and one in another, open all the time: no reader of the log may wait for them.
   */
  async function openTransactions<T>(work: () => Promise<T>): Promise<T> {
    const open = await Promise.all([domain.pool.connect(), busPool.connect()]);
    for (const client of open) {
      client.on('error', () => undefined);
      await client.query('begin');
      await client.query('select pg_current_xact_id()');
    }
    try {
      return await work();
    } finally {
      for (const client of open) {
        await client.query('rollback').catch(() => undefined);
        client.release(true);
      }
    }
  }

  async function inflict(kind: 'relay' | 'connections' | 'duplicates' | 'none'): Promise<void> {
    await breath();
    if (kind === 'relay') {
      await relay.stop();
      relay = await startRelay(domain, recording);
    } else if (kind === 'connections') {
      await domain.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('counters-events', 'bus')`,
      );
    } else if (kind === 'duplicates') {
      for (const value of tailed.slice(-20))
        await bus.publish('counters.v1', [{ key: value.metadata.aggregateId, value }]);
    }
  }

  it('loses nothing, keeps order in stream and feed, publishes nothing of a rollback, has effects once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 3, maxLength: 12 }), { minLength: 4, maxLength: 8 }),
        fault,
        async (writers, kind) => {
          round += 1;
          tailed = [];
          published = [];
          const committed = await openTransactions(async () => {
            const [written] = await Promise.all([Promise.all(writers.map(write)), inflict(kind)]);
            const ids = written.flat();
            await until(() => new Set(ids).size === new Set(tailed.map(({ eventId }) => eventId)).size, {
              timeoutMs: 20_000,
              what: 'all that was committed is heard',
            });
            return ids;
          });
          const prefix = `counter:${round}-`;
          const { rows: log } = await domain.pool.query<{ event_id: string }>(
            'select event_id from platform.event where stream like $1',
            [`${prefix}%`],
          );
          expect(new Set(tailed.map(({ eventId }) => eventId))).toEqual(new Set(committed));
          expect(new Set(log.map((row) => row.event_id))).toEqual(new Set(committed));
          const first = tailed.filter(
            ({ eventId }, index) => tailed.findIndex((other) => other.eventId === eventId) === index,
          );
          expectContiguous(first.map(({ metadata }) => [metadata.aggregateId, metadata.aggregateVersion]));
          await until(
            async () =>
              (await domain.pool.query('select 1 from effect where stream like $1', [`${prefix}%`])).rowCount! >=
              committed.length,
            { timeoutMs: 20_000 },
          );
          const { rows: effects } = await domain.pool.query<{ stream: string; version: number }>(
            'select stream, version from effect where stream like $1 order by position',
            [`${prefix}%`],
          );
          expect(effects).toHaveLength(committed.length);
          expectContiguous(effects.map(({ stream, version }) => [stream, version]));
          // A feed spans partitions of the bus, so its order is that in which the relay published.
          const firstPublished = published.filter(
            ({ eventId }, index) => published.findIndex((other) => other.eventId === eventId) === index,
          );
          expectContiguous(firstPublished.map(({ metadata }) => [metadata.feed!, metadata.feedVersion!]));
        },
      ),
      {
        numRuns: Number(process.env['STRESS_RUNS'] ?? 8),
        endOnFailure: true,
        ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}),
      },
    );
  }, 180_000);
});

/** Versions of each key come as 1, 2, 3, … */
function expectContiguous(versions: readonly (readonly [string, number])[]): void {
  const last = new Map<string, number>();
  for (const [key, version] of versions) {
    expect([key, version]).toEqual([key, (last.get(key) ?? 0) + 1]);
    last.set(key, version);
  }
}
