import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnKafka } from '#platform/testkit/kafka/describeOnKafka.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { startSimulation } from '#sandbox/simulation/simulation.ts';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { runCompose, type ComposeRun } from '../harness/compose/runCompose.ts';
import { Kiosk, type Told } from '../harness/kiosk.ts';
import { wholeLedger } from '../harness/ledgerOf.ts';
import { orderPayment, orderTimeline } from '../harness/staffDocuments.ts';
import { demoStore, tokenOf, type SigningKey } from '../harness/startTestSystem.ts';
import { developmentKey, startOutside, type Outside } from './outside.ts';

/** What a shell gives a process by default; a fifth of it has to do, so that nothing is left open by what has ended. */
const openFiles = 1_024;
/**
 * COMPOSE_ORDERS=300 is for a machine with time: at least so many orders amid the faults, in both profiles, each
 * service falls by itself, and PostgreSQL and Kafka crash as well.
 */
const atLength = process.env['COMPOSE_ORDERS'];
const ordersAmidFaults = Number(atLength ?? 30);
const faults = ['SIGKILL', 'SIGTERM'] as const;
/**
 * The services are the same in both profiles: they are killed in production. Development shows that
 * they come up by its own secrets and seeds, and that orders go through them.
 */
const profiles = [
  {
    profile: 'development',
    ...(atLength ? { orders: ordersAmidFaults, isAttacked: true } : { orders: 8, isAttacked: false }),
  },
  { profile: 'production', orders: ordersAmidFaults, isAttacked: true },
] as const;
const kioskCount = atLength ? 8 : 4;
/** The services fall in so many lots, together, since a machine that fails takes down more than one. */
const lots = atLength ? 20 : 2;
const patience = { timeoutMs: 300_000, intervalMs: 200 };

describeOnKafka('docker-compose.yml, each service a process', () => {
  const folder = temporaryFolder('compose');
  let outside: Outside;
  beforeAll(async () => {
    outside = await startOutside(folder);
  });
  afterAll(() => outside?.close());

  // In this order: production seeds nothing, and goes on with the databases that development has filled.
  describe.each(profiles)('$profile', ({ profile, orders, isAttacked }) => {
    const lines: string[] = [];
    let run: ComposeRun;
    let key: SigningKey;

    const said = (): string => `the services are\n${run?.table().join('\n')}\nand said\n${lines.slice(-60).join('\n')}`;
    const urlOf = (service: string, port: number): string => `http://${run.addressOf(service)}:${port}/graphql`;
    const allAreWell = (): Promise<void> =>
      run.whenUp(patience.timeoutMs).catch((error: unknown) => {
        throw new Error(said(), { cause: error });
      });

    beforeAll(async () => {
      const { POSTGRES_PASSWORD, PII_MASTER_KEYS, PII_INDEX_KEY } = outside.environment;
      const kept = { POSTGRES_PASSWORD, PII_MASTER_KEYS, PII_INDEX_KEY };
      run = await runCompose({
        environment: {
          PROFILE: profile,
          LOG_LEVEL: 'warn',
          ...(profile === 'production' ? outside.environment : kept),
        },
        profiles: profile === 'development' ? ['development'] : [],
        folder,
        openFiles,
        hear: (service, line) => void lines.push(`${service} | ${line}`),
      });
      await allAreWell();
      key = profile === 'production' ? outside.key : developmentKey(folder);
    }, 360_000);
    afterAll(() => run?.stop());

    const running = (): [string, number][] =>
      [...run.services].flatMap(([name, { pid }]) => (pid === undefined ? [] : [[name, pid]]));

    it('has all services up, each with the open files that it is given', () => {
      expect(running().map(([name]) => name)).toEqual([...run.services.keys()].filter((name) => name !== 'databases'));
      const limit = new RegExp(`Max open files +${openFiles} `);
      for (const [name, pid] of running()) expect(readFileSync(`/proc/${pid}/limits`, 'utf8'), name).toMatch(limit);
    });

    const amid = isAttacked ? 'while each service is killed once and terminated once' : 'while nothing fails';
    it(
      `brings every order to its end ${amid}, and tells of every step`,
      async () => {
        const failures: string[] = [];
        const kiosks = await Promise.all(
          Array.from(
            { length: kioskCount },
            async (_, index) =>
              new Kiosk({
                store: demoStore,
                token: await tokenOf(key, { role: 'kiosk', subject: `kiosk-${index}` }),
                addresses: [urlOf('channel-kiosk', 4003)],
                first: 0,
                amidKills: true,
                onFailure: (what) => failures.push(what),
              }),
          ),
        );
        const staff = new ChannelClient(urlOf('gateway', 4000), contractOf('gateway'), () =>
          tokenOf(key, { role: 'kitchen' }),
        );
        const rest = cook(key);
        try {
          let left = orders;
          let faultsOver = false;
          const placing = kiosks.map(async (kiosk) => {
            while (left > 0 || !faultsOver) {
              left -= 1;
              const id = await kiosk.order();
              const steps = kiosk.orders.get(id)!;
              const what = (): string => `order ${id} is COMPLETED: ${JSON.stringify(steps)}; ${said()}`;
              await until(() => steps.at(-1)?.status === 'COMPLETED', { ...patience, what });
            }
          });
          const falling = (async () => {
            if (isAttacked) {
              for (const signal of faults) for (let lot = 0; lot < lots; lot += 1) await fell(lot, signal);
              if (atLength) for (const server of run.servers.values()) await server.crash();
              await allAreWell();
            }
            faultsOver = true;
          })();
          await Promise.all([...placing, falling]);
          expect(failures).toEqual([]);
          const told = new Map(kiosks.flatMap((kiosk) => [...kiosk.orders]));
          expect(told.size).toBeGreaterThanOrEqual(orders);
          for (const [orderId, each] of told) {
            const { timeline } = (await staff.ask(orderTimeline, { orderId })).order!;
            const { first, later } = followed(each);
            expect(later, orderId).toEqual(
              changes(timeline.filter(({ version }) => version >= first.version)).slice(1),
            );
          }
          expect(await booksOf([...told.keys()])).toEqual(await paidOutside());
          expect(lines.filter((line) => /EMFILE|too many open files/i.test(line))).toEqual([]);
          for (const [name, pid] of running())
            expect(readdirSync(`/proc/${pid}/fd`).length, name).toBeLessThan(openFiles / 5);
        } finally {
          await Promise.all([rest(), staff.close(), ...kiosks.map((kiosk) => kiosk.close())]);
        }
      },
      atLength ? 3_000_000 : 1_200_000,
    );

    /** What payments says was taken for each of these orders, and given back. */
    async function booksOf(orderIds: readonly string[]): Promise<Record<string, unknown>> {
      const admin = new ChannelClient(urlOf('gateway', 4000), contractOf('gateway'), () =>
        tokenOf(key, { role: 'admin' }),
      );
      try {
        const books: Record<string, unknown> = {};
        for (const orderId of orderIds) {
          const { status, amount, captured, refunded } = (await admin.ask(orderPayment, { orderId })).order!.payment!;
          expect(status, orderId).toBe('CAPTURED');
          expect([captured.amount, refunded.amount], orderId).toEqual([amount.amount, 0]);
          books[orderId] = [`authorisation ${amount.amount}`, `capture ${captured.amount}`];
        }
        return books;
      } finally {
        await admin.close();
      }
    }

    /** The same as the payment provider has it, of every order that it ever heard of in this profile. */
    async function paidOutside(): Promise<Record<string, unknown>> {
      const provider =
        profile === 'production'
          ? {
              url: outside.environment['PAYMENT_PROVIDER_URL']!,
              apiKey: outside.environment['PAYMENT_PROVIDER_API_KEY']!,
            }
          : {
              url: `http://${run.addressOf('provider')}:4010`,
              apiKey: readFileSync(join(folder, 'data', 'secrets', 'PAYMENT_PROVIDER_API_KEY'), 'utf8').trim(),
            };
      const paid: Record<string, string[]> = {};
      for (const { merchantReference, kind, amount } of await wholeLedger(provider))
        (paid[merchantReference] ??= []).push(`${kind} ${amount}`);
      return paid;
    }

    /** Ends a lot of the services by the signal; resolves when they are started again, and all are well. */
    async function fell(lot: number, signal: NodeJS.Signals): Promise<void> {
      const fallen = running()
        .filter((_, index) => index % lots === lot)
        .map(([name]) => {
          const service = run.services.get(name)!;
          return { name, service, starts: service.starts };
        });
      for (const { service } of fallen) service.kill(signal);
      for (const { name, service, starts } of fallen) {
        await until(() => service.starts > starts, {
          ...patience,
          what: () => `${name} is started again after ${signal}; ${said()}`,
        });
      }
      await allAreWell();
    }

    /** The kitchen's work, by a client from outside with tokens of the staff, until it is told to stop. */
    function cook(signingKey: SigningKey): () => Promise<void> {
      const end = new AbortController();
      const { stopped } = startSimulation({
        gatewayUrl: urlOf('gateway', 4000),
        deliveryUrl: urlOf('channel-delivery', 4004),
        tokenFor: ({ role }) => tokenOf(signingKey, { role }),
        couriers: [],
        log: pino({ level: 'silent' }),
        signal: end.signal,
        pace: { start: 0, cook: 0, handOver: 0, look: 0.2 },
      });
      return () => {
        end.abort();
        return stopped;
      };
    }
  });
});

/**
 * What the stream of an order began with, which is how it was when it was followed, and the statuses that were told
 * since.
 */
function followed([, first, ...later]: readonly Told[]): { first: Told; later: string[] } {
  expect(later.every(({ version }, index) => version >= (later[index - 1] ?? first!).version)).toBe(true);
  return { first: first!, later: changes([first!, ...later]).slice(1) };
}

/** Statuses, each once: a hand-over changes none, and a stream whose domain is away tells what it knows once more. */
const changes = (steps: readonly { readonly status: string }[]): string[] =>
  steps.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]);
