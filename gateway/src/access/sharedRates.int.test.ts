import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { redisCommand, startRedis, type RedisServer } from '#platform/testkit/redisServer.ts';
import { until } from '#platform/testkit/until.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { redisRates } from './rateStore.ts';

// Where Valkey or Redis is not installed, only what happens without a store is tested. CI installs one.
const withServer = redisCommand() !== undefined || process.env['CI'] === '1';

const stops: (() => unknown)[] = [];
let parts: Fixture;
beforeAll(async () => {
  parts = await fixture();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Replica {
  readonly channel: ServedChannel;
  readonly lines: string[];
  /** The status of a request of this caller. */
  ask(subject: string): Promise<number>;
  countedAlone(): Promise<number>;
}

/** On a busy machine an answer takes its time; only of a store that hangs it matters how long one waits. */
const patientMs = 5_000;

async function replica(url: string, secret?: string, answerWithinMs = patientMs): Promise<Replica> {
  const lines: string[] = [];
  const metrics = createMetrics();
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const store = redisRates({ url, password: secret, log, metrics, answerWithinMs });
  const rates = { requestsPerMinute: 4, mutationsPerMinute: 4 };
  const channel = await serveFixture(parts, { manifest: { rates }, rateStore: store });
  stops.push(async () => {
    await channel.close();
    store.close();
  });
  return {
    channel,
    lines,
    async ask(subject) {
      const authorization = `Bearer ${await parts.token('customer', subject)}`;
      return (await channel.post({ query: '{ shops { id } }' }, { authorization })).status;
    },
    async countedAlone() {
      return Number(/^drburger_rates_counted_alone_total (\d+)/m.exec(await metrics.text())?.[1]);
    },
  };
}

const password = 'not-for-everybody';
let callers = 0;
const somebody = (): string => `caller-${(callers += 1)}`;
/** A replica that shares its counts: its connection is there, and nobody is left alone any more. */
const shares = (each: Replica): Promise<unknown> =>
  until(async () => {
    const before = await each.countedAlone();
    await each.ask(somebody());
    return (await each.countedAlone()) === before;
  });

describe.runIf(withServer)('two replicas of a channel with one store', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ password });
  });
  afterAll(() => server.stop());

  const twoReplicas = async (): Promise<[Replica, Replica]> => {
    const both: [Replica, Replica] = [await replica(server.url, password), await replica(server.url, password)];
    await Promise.all(both.map(shares));
    return both;
  };

  it('share the limit of each caller', async () => {
    const [one, other] = await twoReplicas();
    const [customer, neighbour] = [somebody(), somebody()];
    expect(await one.ask(customer)).toBe(200);
    expect(await other.ask(customer)).toBe(200);
    expect(await one.ask(customer)).toBe(200);
    expect(await other.ask(customer)).toBe(200);
    expect(await one.ask(customer)).toBe(429);
    expect(await other.ask(customer)).toBe(429);
    expect(await other.ask(neighbour)).toBe(200);
  });

  it('count each by itself while the store is down, log it once, and share again afterwards', async () => {
    const [one, other] = await twoReplicas();
    const before = await one.countedAlone();
    one.lines.length = 0;
    await server.stop('SIGKILL');
    const customer = somebody();
    const answers = [];
    for (let at = 0; at < 4; at++) answers.push(await one.ask(customer), await other.ask(customer));
    expect(answers).toEqual(Array.from({ length: 8 }, () => 200));
    expect([await one.ask(customer), await other.ask(customer)]).toEqual([429, 429]);
    expect((await one.countedAlone()) - before).toBe(5);
    expect(one.lines.filter((line) => line.includes('does not answer'))).toHaveLength(1);
    expect(one.lines.join()).not.toContain(password);

    server = await startRedis({ port: server.port, password });
    await Promise.all([one, other].map(shares));
    expect(one.lines.filter((line) => line.includes('answers again'))).toHaveLength(1);
    const later = somebody();
    for (const each of [one, other, one, other]) expect(await each.ask(later)).toBe(200);
    expect(await one.ask(later)).toBe(429);
  });

  it('are held up by a store that hangs for no more than a request a second', async () => {
    const one = await replica(server.url, password, 250);
    await shares(one);
    process.kill(server.pid!, 'SIGSTOP');
    try {
      const began = performance.now();
      for (let at = 0; at < 20; at++) expect(await one.ask(somebody())).toBe(200);
      const seconds = (performance.now() - began) / 1_000;
      expect(one.lines.join()).toContain('does not answer');
      // Each that waited for the store would have taken a quarter of a second: five seconds.
      expect(seconds).toBeLessThan(3.5);
    } finally {
      process.kill(server.pid!, 'SIGCONT');
    }
  });
});

describe.runIf(withServer)('a replica whose store has become the copy of another one', () => {
  it('connects anew, to the one that its address leads to by now', async () => {
    const [former, next] = [await startRedis(), await startRedis()];
    let primary = former;
    const address = createServer((client) => {
      const store = connect(primary.port, '127.0.0.1');
      for (const [from, to] of [
        [client, store],
        [store, client],
      ] as const)
        from.pipe(to).on('error', () => from.destroy());
    }).listen(0, '127.0.0.1');
    stops.push(
      () => Promise.all([former.stop(), next.stop()]),
      () => address.close(),
    );
    await once(address, 'listening');
    const one = await replica(`redis://127.0.0.1:${(address.address() as AddressInfo).port}`);
    await shares(one);

    primary = next;
    const admin = new Redis(former.url);
    // Nobody listens there: it copies nothing, and takes no writes.
    await admin.replicaof('127.0.0.1', 1);
    admin.disconnect();
    await one.ask(somebody());
    expect(one.lines.join()).toContain('READONLY');
    await shares(one);
    expect(one.lines.join()).toContain('answers again');
  });
});

describe('a channel whose store was never there', () => {
  it('starts, serves, and holds each caller to the limit by itself', async () => {
    const one = await replica('redis://127.0.0.1:1');
    const customer = somebody();
    for (let at = 0; at < 4; at++) expect(await one.ask(customer)).toBe(200);
    expect(await one.ask(customer)).toBe(429);
    expect(await one.countedAlone()).toBe(5);
  });
});
