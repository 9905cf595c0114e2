import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { superviseProcess } from '#platform/testkit/superviseProcess.ts';
import { databaseOf, emptyDatabase } from '#platform/testkit/testDatabase.ts';
import { until } from '#platform/testkit/until.ts';
import { postgresBus } from './bus/postgresBus.ts';
import type { EventEnvelope } from './defineEvent.ts';
import type { EventBus } from './eventBus.ts';
import { counterDomain, raised, type CounterDomain } from './fixtures/counterDomain.ts';
import { startRelay, type Relay } from './relay.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' });
const script = fileURLToPath(new URL('fixtures/relayProcess.ts', import.meta.url));

describe('the relay', () => {
  let urls: { domain: string; bus: string };
  let domain: CounterDomain & { close(): Promise<void> };
  let bus: EventBus;
  let relay: Relay | undefined;
  let heard: EventEnvelope[];

  beforeEach(async () => {
    const [domainDatabase, busDatabase] = await Promise.all([
      emptyDatabase(),
      databaseOf('platform/events/bus/migrations'),
    ]);
    urls = { domain: domainDatabase.url, bus: busDatabase.url };
    domain = counterDomain(urls.domain, { relay: () => relay });
    bus = await postgresBus({ databaseUrl: urls.bus, log });
    heard = [];
    await bus.tail(['counters.v1'], ({ value }) => {
      heard.push(value as EventEnvelope);
    });
  });
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
    await bus.close();
    await domain.close();
  });

  const append = (counter: string, from: number, to: number) =>
    domain.transaction((tx) =>
      domain.events.append(
        tx,
        from - 1,
        Array.from({ length: to - from + 1 }, () => raised(counter)),
      ),
    );
  const versionsOf = (counter: string) =>
    heard
      .filter(({ metadata }) => metadata.aggregateId === `counter:${counter}`)
      .map(({ metadata }) => metadata.aggregateVersion);
  const waiting = async () =>
    (await domain.pool.query<{ count: number }>('select count(*)::int as count from platform.outbox')).rows[0]!.count;
  const drained = () => until(async () => (await waiting()) === 0);

  it('publishes what was committed, in order, as it was written, and then forgets it', async () => {
    const before = await append('a', 1, 2);
    relay = await startRelay(domain, bus);
    const after = await append('a', 3, 4);
    await until(() => heard.length >= 4);
    expect(heard).toEqual([...before, ...after]);
    await drained();
  });

  it('hears of commits in another process by NOTIFY, and of those that nobody told of by looking', async () => {
    const standby = superviseProcess({ script, args: [urls.domain, urls.bus], ready: /^relaying/, restart: false });
    await standby.whenReady();
    const leads = `select from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and d.datname = current_database() and l.objid = 7001`;
    await until(async () => (await domain.pool.query(leads)).rowCount);
    // A relay that does not lead, in this process: it can only notify.
    relay = await startRelay(domain, bus);
    expect(relay.leading).toBe(false);
    await append('told', 1, 1);
    await until(() => versionsOf('told').length);
    const silent = counterDomain(urls.domain);
    await silent.transaction((tx) => silent.events.append(tx, 0, [raised('untold')]));
    await until(() => versionsOf('untold').length);
    await silent.close();
    await standby.stop();
  });

  it('hands its office to a standby when it stops', async () => {
    const first = await startRelay(domain, bus);
    await until(() => first.leading);
    const other = counterDomain(urls.domain);
    relay = await startRelay(other, bus);
    expect(relay.leading).toBe(false);
    await first.stop();
    await until(() => relay!.leading);
    await append('a', 1, 1);
    await until(() => heard.length);
    await relay.stop();
    relay = undefined;
    await other.close();
  });

  it.each(['relay.read', 'relay.published', 'relay.deleted'])(
    'loses nothing and keeps the order when it is killed at %s',
    async (point) => {
      const counters = Array.from({ length: 5 }, () => randomUUID());
      for (const counter of counters) await append(counter, 1, 4);
      const process = superviseProcess({
        script,
        args: [urls.domain, urls.bus],
        ready: /^relaying/,
        env: { FAIL_POINT: point },
        envOfRestart: { FAIL_POINT: undefined },
      });
      try {
        await until(() => process.starts === 2, { timeoutMs: 20_000 });
        for (const counter of counters) await append(counter, 5, 6);
        await drained();
        await until(() => counters.every((counter) => versionsOf(counter).includes(6)));
        expect(process.output).toContain('[process 1 ended: SIGKILL]');
        for (const counter of counters) {
          const versions = versionsOf(counter);
          expect(versions.filter((version, index) => versions.indexOf(version) === index)).toEqual([1, 2, 3, 4, 5, 6]);
          // What was published and not yet deleted comes again, whole and in order; nothing else does.
          expect(versions.filter((version, index) => versions.indexOf(version) !== index)).toEqual(
            point === 'relay.published' ? [1, 2, 3, 4] : [],
          );
        }
      } finally {
        await process.stop();
      }
    },
  );

  it('keeps events in the outbox while the bus is down, takes new ones, and drains when it is back', async () => {
    let down = true;
    let refused = 0;
    const broken: EventBus = {
      ...bus,
      consume: bus.consume.bind(bus),
      tail: bus.tail.bind(bus),
      close: bus.close.bind(bus),
      publish: async (topic, messages) => {
        if (!down) return bus.publish(topic, messages);
        refused += 1;
        throw Object.assign(new Error('no broker'), { code: 'ECONNREFUSED' });
      },
    };
    relay = await startRelay(domain, broken);
    await append('a', 1, 3);
    await until(() => refused >= 2);
    await append('a', 4, 5);
    expect(await waiting()).toBe(5);
    down = false;
    await until(() => heard.length >= 5);
    expect(versionsOf('a')).toEqual([1, 2, 3, 4, 5]);
    await drained();
  });

  it('goes on after its connection was cut', async () => {
    relay = await startRelay(domain, bus);
    await append('a', 1, 1);
    await until(() => heard.length === 1);
    await domain.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'counters-events'`,
    );
    await append('a', 2, 2);
    await until(() => versionsOf('a').includes(2));
    expect(versionsOf('a')).toEqual([1, 2]);
  });
});
