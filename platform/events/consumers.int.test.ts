import type pg from 'pg';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentTrace } from '#platform/telemetry/trace.ts';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import type { EventEnvelope } from './defineEvent.ts';
import { deliver } from './deliver.ts';
import type { EventBus } from './eventBus.ts';
import { PermanentFailure } from './failure.ts';
import { CounterRaised, counterDomain, raised, reset, type CounterDomain } from './fixtures/counterDomain.ts';
import type { Consumer } from './consumer.ts';
import { forwardEvent, onEvent } from './onEvent.ts';
import { operationState, requestOperation } from './operations.ts';
import { listParked, showParked } from './parked.ts';
import { startRelay, type Relay } from './relay.ts';
import { replayParked } from './replayParked.ts';
import { runConsumers, type RunningConsumers } from './runConsumers.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });

describe('consumers', () => {
  let producer: CounterDomain & { close(): Promise<void> };
  let hearer: CounterDomain & { close(): Promise<void> };
  let bus: EventBus;
  let busPool: pg.Pool;
  let relay: Relay;
  let running: RunningConsumers | undefined;
  /** Throws for what is to fail. */
  let behave: (event: EventEnvelope<{ counter: string; by: number }>) => Promise<void> | void;
  let attempts: string[];
  let consumer: Consumer;

  beforeEach(async () => {
    const [producing, hearing, busDatabase] = await Promise.all([
      emptyDatabase(),
      emptyDatabase(),
      databaseOf('platform/events/bus/migrations'),
    ]);
    producer = counterDomain(producing.url, { relay: () => relay });
    hearer = counterDomain(hearing.url, { name: 'hearer' });
    bus = await postgresBus({ databaseUrl: busDatabase.url, log });
    busPool = testPool({ connectionString: busDatabase.url, max: 1 });
    relay = await startRelay(producer, bus);
    await hearer.pool.query('create table effect (counter text, version int, by int)');
    [behave, attempts] = [() => undefined, []];
    consumer = onEvent(
      CounterRaised,
      'hearer.counterRaised',
      async (event, { tx }: { domain: CounterDomain; tx: CounterDomain['db'] }) => {
        attempts.push(`${event.data.counter}/${event.metadata.aggregateVersion}`);
        await tx.$executeRawUnsafe(
          'insert into effect values ($1, $2, $3)',
          event.data.counter,
          event.metadata.aggregateVersion,
          event.data.by,
        );
        await behave(event);
      },
    );
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await relay.stop();
    await Promise.all([bus.close(), busPool.end()]);
    await Promise.all([producer.close(), hearer.close()]);
  });

  const start = async () => {
    running = await runConsumers(hearer, [consumer], bus);
  };
  const raise = (counter: string, by = 1) =>
    producer.transaction((tx) => producer.events.append(tx, null, [raised(counter, by)]));
  const effects = async (counter: string) =>
    (
      await hearer.pool.query<{ version: number }>('select version from effect where counter = $1 order by ctid', [
        counter,
      ])
    ).rows.map(({ version }) => version);
  const parked = () => listParked(hearer.pool);
  const publish = (value: unknown, key: string) => bus.publish('counters.v1', [{ key, value: value as EventEnvelope }]);

  it('have their effects, once, under duplicates and deliveries out of the past', async () => {
    await start();
    const events: EventEnvelope[] = [];
    for (const counter of ['a', 'b', 'a']) events.push(...(await raise(counter)));
    await until(async () => (await effects('a')).length === 2 && (await effects('b')).length === 1);
    for (const event of [...events, events[0]!]) await publish(event, event.metadata.aggregateId);
    await raise('a');
    await until(async () => (await effects('a')).includes(3));
    expect([await effects('a'), await effects('b')]).toEqual([[1, 2, 3], [1]]);
    expect(await parked()).toEqual([]);
  });

  it('have their effects once after the group was set back to the beginning', async () => {
    await start();
    for (let n = 0; n < 5; n += 1) await raise('a');
    await until(async () => (await effects('a')).length === 5);
    await running!.stop();
    await busPool.query('update bus.assignment set committed = 0');
    attempts = [];
    await start();
    await raise('a');
    await until(async () => (await effects('a')).length === 6);
    expect(attempts).toEqual(['a/6']);
  });

  it('run under the trace of the event, as their own service, for whoever caused it', async () => {
    let trace: ReturnType<typeof currentTrace> | undefined;
    behave = () => {
      trace = currentTrace();
    };
    await start();
    const [event] = await raise('a');
    await until(() => trace);
    const { traceparent, correlationId, actor: onBehalfOf } = event!.metadata;
    expect(trace).toEqual({
      traceparent,
      correlationId,
      causationId: event!.eventId,
      actor: 'service:hearer',
      onBehalfOf,
    });
  });

  it('do not hear other events of the topic', async () => {
    await start();
    await producer.transaction((tx) => producer.events.append(tx, 0, [reset('a'), raised('a')]));
    await until(async () => (await effects('a')).length);
    expect([attempts, await parked()]).toEqual([['a/2'], []]);
  });

  it('park without the values that the database complained of', async () => {
    await hearer.pool.query(
      `create table guest (email text constraint guest_email unique, age int constraint guest_age check (age > 0)); insert into guest values ('ada@example.com', 3)`,
    );
    behave = async ({ data }) => {
      if (data.counter === 'twice') await hearer.pool.query(`insert into guest values ('ada@example.com', 3)`);
      if (data.counter === 'type') await hearer.pool.query(`select 'ada@example.com'::text::int`);
    };
    await start();
    await raise('twice');
    await raise('type');
    const rows = await until(async () => ((await parked()).length === 2 ? parked() : undefined));
    expect(rows.map(({ reason }) => reason).sort()).toEqual([
      'error: duplicate key value violates unique constraint "guest_email" (23505)',
      'error: invalid input syntax for type integer (22P02)',
    ]);
  });

  it('park an event that fails again and again, and what follows of its aggregate unattempted; others move on; replay drains in order', async () => {
    let bug = true;
    behave = ({ data }) => {
      if (bug && data.counter === 'sick' && data.by === 13) throw new TypeError('cannot read 13');
    };
    await start();
    await raise('sick');
    await raise('sick', 13);
    await raise('sick');
    await raise('well');
    await raise('sick');
    await until(async () => (await parked()).length === 3 && (await effects('well')).length === 1);
    expect(await effects('sick')).toEqual([1]);
    expect(attempts.filter((each) => each.startsWith('sick'))).toEqual(['sick/1', ...Array<string>(5).fill('sick/2')]);
    expect(
      (await parked()).map(({ state, reason, attempts: tries, eventType }) => [state, reason, tries, eventType]),
    ).toEqual([
      ['failed', 'TypeError: cannot read 13', 5, 'CounterRaised'],
      ['waiting', expect.stringMatching(/^behind \d+$/), 0, 'CounterRaised'],
      ['waiting', expect.stringMatching(/^behind \d+$/), 0, 'CounterRaised'],
    ]);
    const first = (await parked())[0]!;
    expect((await showParked(hearer.pool, first.id))!.message).toMatchObject({ data: { counter: 'sick', by: 13 } });

    expect(await replayParked(hearer, [consumer])).toMatchObject({
      replayed: 0,
      failed: [{ id: first.id, reason: 'TypeError: cannot read 13' }],
    });
    expect((await parked()).map(({ attempts: tries }) => tries)).toEqual([6, 0, 0]);

    bug = false;
    expect(await replayParked(hearer, [consumer], { id: first.id })).toEqual({ replayed: 3, failed: [] });
    await raise('sick');
    await until(async () => (await effects('sick')).length === 5);
    expect([await effects('sick'), await parked()]).toEqual([[1, 2, 3, 4, 5], []]);
  });

  it('that pass events on send each delivery, record none, park and replay in order, and begin no transaction', async () => {
    let isDown = true;
    const sent: string[] = [];
    consumer = forwardEvent(CounterRaised, 'hearer.forwarded', ({ data, metadata }) => {
      if (isDown && data.counter === 'a' && metadata.aggregateVersion === 2)
        return Promise.reject(new PermanentFailure('refused'));
      sent.push(`${data.counter}/${metadata.aggregateVersion}`);
      return Promise.resolve();
    });
    await start();
    const [first] = await raise('a');
    await raise('a');
    await raise('a');
    await raise('b');
    await until(async () => (await parked()).length === 2 && sent.includes('b/1'));
    expect([...sent].sort()).toEqual(['a/1', 'b/1']);
    // A duplicate, which now has to wait, too.
    await publish(first, first!.metadata.aggregateId);
    await until(async () => (await parked()).length === 3);
    await raise('b');
    await until(() => sent.includes('b/2'));

    isDown = false;
    expect(await replayParked(hearer, [consumer])).toEqual({ replayed: 3, failed: [] });
    expect(sent).toEqual(['a/1', 'b/1', 'b/2', 'a/2', 'a/3', 'a/1']);
    await raise('a');
    await until(() => sent.includes('a/4'));
    expect((await hearer.pool.query('select from platform.inbox')).rowCount).toBe(0);
  });

  it('park an event under a foreign key, also while its aggregate has a parked message, and move on', async () => {
    behave = ({ metadata }) => {
      if (metadata.aggregateVersion === 2) throw new PermanentFailure('refused');
    };
    await start();
    const [first] = await raise('a');
    await raise('a');
    await until(async () => (await parked()).length === 1);
    await publish(first, 'else');
    await until(async () => (await parked()).length === 2);
    expect((await parked())[1]!.reason).toBe('its key is not its aggregate, counter:a');
    await publish((await raise('b'))[0], 'else');
    await until(async () => (await parked()).length === 3 && (await effects('b')).length === 1);
  });

  it('park at once what a handler calls permanent', async () => {
    behave = () => {
      throw new PermanentFailure('no such thing');
    };
    await start();
    await raise('a');
    await until(async () => (await parked()).length === 1);
    expect([(await parked())[0]!.reason, attempts.length]).toEqual(['PermanentFailure: no such thing', 1]);
  });

  it('park what is no event, of an unknown version, or of a wrong shape, once each, and move on', async () => {
    await start();
    const [good] = await raise('z');
    const of = (counter: string, over: object) => ({
      ...good!,
      eventId: hearer.newId(),
      data: { counter, group: 'g', by: 1 },
      metadata: { ...good!.metadata, aggregateId: `counter:${counter}` },
      ...over,
    });
    const wrongShape = of('shape', { data: { counter: 'shape', by: 'much' } });
    await publish({ hello: 'world' }, 'counter:garbage');
    await busPool.query(`select bus.publish('counters.v1', array['counter:text'], array['{"eventId": '])`);
    await publish(of('version', { version: '2.0' }), 'counter:version');
    await publish(wrongShape, 'counter:shape');
    await publish(wrongShape, 'counter:shape');
    await publish(of('newer', { version: '1.7' }), 'counter:newer');
    await until(async () => (await effects('newer')).length === 1 && (await parked()).length >= 4);
    await raise('z');
    await until(async () => (await effects('z')).length === 2);
    const reasons = Object.fromEntries((await parked()).map(({ aggregate, reason }) => [aggregate, reason]));
    expect(reasons).toEqual({
      'counter:garbage': expect.stringContaining('not an event envelope: eventId'),
      'counter:text': expect.stringContaining('not an event envelope: (root)'),
      'counter:version': 'unknown version 2.0 of CounterRaised; this consumer knows 1.0',
      'counter:shape': expect.stringContaining('invalid CounterRaised 1.0: group'),
    });
  });

  const zero = '\u0000\u0000\u0000\u0000\u0007';
  it.each<[string, string, unknown]>([
    ['a key of zero bytes', zero, 'no event'],
    ['a key that was no UTF-8', '\ufffd\ufffd', 'no event'],
    ['half of a character as its key', '\ud800', 'no event'],
    ['no key', '', 'no event'],
    ['a key of 10,000 characters', 'ß'.repeat(10_000), 'no event'],
    ['a key of 300 zero bytes', '\u0000'.repeat(300), 'no event'],
    ['zero bytes for a value', 'counter:zero', '\u0000\u0000'],
    ['no value', 'counter:none', ''],
    ['an event whose type has a zero byte', 'counter:type', { eventType: 'Counter\u0000Raised' }],
    ['an event whose version has a zero byte', 'counter:version', { version: '2.0\u0000\ud800' }],
    ['an event whose id is none', 'counter:id', { eventId: 'one', version: '2.0' }],
    ['an event of an aggregate with a zero byte', zero, { metadata: { aggregateId: zero } }],
  ])('park %s once, and can list, show and replay it', async (_name, key, value) => {
    const [good] = await raise('z');
    const over = value as { metadata?: object };
    const whole =
      typeof value === 'string'
        ? value
        : { ...good!, eventId: hearer.newId(), ...over, metadata: { ...good!.metadata, ...over.metadata } };
    const message = { topic: 'counters.v1', key, value: whole };
    const ignored = (await deliver(hearer, consumer, message)) === 'ignored';
    await deliver(hearer, consumer, message);
    const all = await listParked(hearer.pool);
    if (ignored) return expect(all).toEqual([]);
    expect(all).toHaveLength(1);
    expect(await showParked(hearer.pool, all[0]!.id)).toMatchObject({ message: whole });
    expect((await listParked(hearer.pool, { aggregate: all[0]!.aggregate })).length).toBe(1);
    const { failed } = await replayParked(hearer, [consumer], { id: all[0]!.id });
    expect(failed).toMatchObject([{ id: all[0]!.id }]);
  });

  it('wait while something around them fails, and park nothing', async () => {
    let down = true;
    behave = () => {
      if (down) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    };
    await start();
    await raise('a');
    await raise('a');
    await until(() => attempts.length >= 4);
    expect([await parked(), await effects('a'), new Set(attempts)]).toEqual([[], [], new Set(['a/1'])]);
    down = false;
    await until(async () => (await effects('a')).length === 2);
    expect(await effects('a')).toEqual([1, 2]);
  });

  it('survive that their database cuts all connections', async () => {
    await start();
    for (let n = 0; n < 30; n += 1) {
      await raise('a');
      if (n % 10 === 5)
        await producer.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
          hearer.pool.options.connectionString!.split('/').pop(),
        ]);
    }
    await until(async () => (await effects('a')).length === 30);
    expect([await effects('a'), await parked()]).toEqual([Array.from({ length: 30 }, (_, n) => n + 1), []]);
  });

  it('lose nothing and keep the order when a replay runs while events of the aggregate arrive', async () => {
    let bug = true;
    behave = () => {
      if (bug) throw new PermanentFailure('not yet');
    };
    await start();
    await raise('a');
    await until(async () => (await parked()).length === 1);
    bug = false;
    const raising = (async () => {
      for (let n = 0; n < 60; n += 1) await raise('a');
    })();
    await until(async () => (await parked()).length >= 3);
    await replayParked(hearer, [consumer]);
    await raising;
    await until(async () => (await effects('a')).length === 61);
    expect([await effects('a'), await parked()]).toEqual([Array.from({ length: 61 }, (_, n) => n + 1), []]);
  });

  it('handle what was to wait behind a parked message that has gone meanwhile', async () => {
    let asked = 0;
    const late: Consumer = {
      ...consumer,
      take: async (tx, event, ...rest) => {
        asked += 1;
        return asked === 1 ? 'blocked' : consumer.take(tx, event, ...rest);
      },
    };
    const [event] = await raise('a');
    expect(await deliver(hearer, late, { topic: 'counters.v1', key: 'counter:a', value: event })).toBe('handled');
    expect([await effects('a'), await parked()]).toEqual([[1], []]);
  });

  it('replay when somebody outside asks for it through the database', async () => {
    let bug = true;
    behave = () => {
      if (bug) throw new PermanentFailure('not yet');
    };
    await start();
    await raise('a');
    await until(async () => (await parked()).length === 1);
    bug = false;
    const id = await requestOperation(hearer.pool, { kind: 'replay', arguments: { consumer: consumer.name } });
    const state = await until(async () => {
      const each = await operationState(hearer.pool, id);
      return each.finishedAt && each;
    });
    expect([state.result, state.error, await effects('a')]).toEqual([{ replayed: 1, failed: [] }, null, [1]]);
    await expect(requestOperation(hearer.pool, { kind: 'rebuild', arguments: { readModel: 'tally' } })).rejects.toThrow(
      'there is no read model tally here; there is none',
    );
  });

  it('refuse two of one name', async () => {
    await expect(runConsumers(hearer, [consumer, consumer], bus)).rejects.toThrow(
      'two consumers are called hearer.counterRaised',
    );
  });

  it('start while somebody holds the inbox, with a day of it missing, and record what they hear', async () => {
    await hearer.pool.query(`select platform.keep_inbox(current_date - 20, 8)`);
    await hearer.pool
      .query(`do $$ declare part regclass; begin for part in select inhrelid::regclass from pg_inherits where inhparent = 'platform.inbox'::regclass and inhrelid::regclass::text <> 'platform.inbox_other'
      loop execute 'drop table ' || part; end loop; end $$`);
    const backup = await hearer.pool.connect();
    await backup.query('begin; lock table platform.inbox in access share mode');
    await start();
    const [event] = await raise('a');
    await publish(event, 'counter:a');
    await raise('a');
    await until(async () => (await effects('a')).includes(2));
    expect(await effects('a')).toEqual([1, 2]);
    await backup.query('commit');
    backup.release();
  });

  it('drop the inbox of days past retention, and record late events all the same', async () => {
    await start();
    await hearer.pool.query(`select platform.keep_inbox(current_date - 20, 8)`);
    const partitions = async () =>
      (await hearer.pool.query(`select 1 from pg_inherits where inhparent = 'platform.inbox'::regclass`)).rowCount!;
    const before = await partitions();
    await hearer.pool.query(`select platform.keep_inbox((now() at time zone 'utc')::date, 8)`);
    expect([before, await partitions()]).toEqual([9, 5]);
    const [event] = await raise('a');
    await until(async () => (await effects('a')).includes(1));
    const old = {
      ...event!,
      eventId: hearer.newId(),
      timestamp: '2020-01-01T00:00:00.000Z',
      metadata: { ...event!.metadata, aggregateVersion: 99 },
    };
    await publish(old, 'counter:a');
    await publish(old, 'counter:a');
    await raise('a');
    await until(async () => (await effects('a')).includes(2));
    expect(await effects('a')).toEqual([1, 99, 2]);
  });
});
