import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { startCluster, type Cluster } from '#platform/postgres/startCluster.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { startTcpProxy } from '#platform/testkit/tcpProxy.ts';
import { superviseProcess, type SupervisedProcess } from '#platform/testkit/superviseProcess.ts';
import { testPool } from '#platform/testkit/testPool.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { OrderHandedOver } from '#schema/events/orders.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { command } from '../start-command/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An order's news, of which its saga hears. */
function handedOver(orderId: string): EventEnvelope {
  const at = new Date().toISOString();
  return {
    eventId: uuidv7(),
    eventType: OrderHandedOver.name,
    version: '1.0',
    timestamp: at,
    source: 'orders-service',
    data: { orderId, storeId: seedId('store', 1), at },
    metadata: {
      aggregateId: `order:${orderId}`,
      aggregateVersion: 2,
      causationId: 'test',
      correlationId: 'test',
      traceparent: newTraceparent(),
      actor: 'service:orders',
    },
  };
}

/** As docker-compose.yml has it, without containers: each service alone, on a server that none of them runs. */
describe('each service in a process of its own', () => {
  let cluster: Cluster;
  let base: number;
  let env: Record<string, string>;
  const folder = temporaryFolder('services');
  const services: SupervisedProcess[] = [];

  const serve = (args: string[], own: Record<string, string> = {}): SupervisedProcess => {
    const service = superviseProcess({
      script: `${root}scripts/serve.ts`,
      args,
      env: { ...env, ...own },
      ready: /serving /,
    });
    services.push(service);
    return service;
  };

  beforeAll(async () => {
    base = await freePortBlock(45);
    cluster = await startCluster({
      dataDir: mkdtempSync(join(folder, 'cluster-')),
      durable: false,
      log: () => undefined,
    });
    env = {
      DATA_DIR: join(folder, 'data'),
      PORT_BASE: String(base),
      BUS: 'postgres',
      DATABASE_HOST: '127.0.0.1',
      DATABASE_PORT: String(cluster.port),
      LOG_LEVEL: 'error',
      STORES_DATABASE_PASSWORD: 'a/b#c@d%e:f g?h',
    };
    const databases = command('serve', ['databases'], { ...env, POSTGRES_PASSWORD: cluster.passwordOf('postgres') });
    expect([await databases.ended(), databases.stderr()]).toEqual([0, '']);
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await cluster.stop();
  });

  const token = async (): Promise<string> => {
    const asked = command('tokenFor', ['kiosk'], { DATA_DIR: env['DATA_DIR']! });
    await asked.ended();
    return asked.stdout().trim();
  };
  const screen = async (
    bearer: string,
  ): Promise<{
    data: { kiosk: { store: { name: string; menu: { sections: unknown[] } | null } } };
    errors?: unknown[];
  }> => {
    const response = await fetch(`http://127.0.0.1:${base + 3}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query: '{ kiosk { store { name menu { sections { category { id } } } } } }' }),
    });
    return response.json() as never;
  };

  it('answers a kiosk over HTTP between the processes; one that is down costs its part of the page, until it is back', async () => {
    const stores = serve(['subgraph', 'stores'], {});
    const menu = serve(['subgraph', 'menu'], { METRICS_PORT: String(base + 9) });
    const kiosk = serve(['channel', 'kiosk'], {
      METRICS_PORT: String(base + 8),
      KIOSK_ORIGINS: 'https://kiosk.example.com, https://board.example.com',
    });
    await Promise.all([stores, menu, kiosk].map((service) => service.whenReady()));
    const bearer = await token();

    const whole = await screen(bearer);
    expect(whole.errors).toBeUndefined();
    expect(whole.data.kiosk.store.menu?.sections.length).toBeGreaterThan(0);

    const preflight = async (origin: string) =>
      (
        await fetch(`http://127.0.0.1:${base + 3}/graphql`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST' },
        })
      ).headers.get('access-control-allow-origin');
    expect(
      await Promise.all(
        ['https://board.example.com', 'https://kiosk.example.com', 'https://example.com'].map(preflight),
      ),
    ).toEqual(['https://board.example.com', 'https://kiosk.example.com', null]);

    const metricsAt = async (offset: number) => (await fetch(`http://127.0.0.1:${base + offset}/metrics`)).text();
    expect(valueOf(await metricsAt(9), 'drburger_relay_leading')).toBe(1);
    expect(valueOf(await metricsAt(9), 'drburger_metrics_source_up', { source: 'menu.database' })).toBe(1);
    expect(valueOf(await metricsAt(8), 'drburger_http_requests_total', { channel: 'kiosk', status: '200' })).toBe(1);
    expect(
      valueOf(await metricsAt(8), 'drburger_subgraph_fetches_total', { subgraph: 'menu', outcome: 'ok' }),
    ).toBeGreaterThan(0);

    process.kill(menu.pid, 'SIGKILL');
    const part = await until(async () => {
      const answer = await screen(bearer);
      return answer.errors ? answer : undefined;
    });
    expect(part.data.kiosk.store).toEqual({ name: whole.data.kiosk.store.name, menu: null });

    await menu.whenReady(2);
    await until(async () => !(await screen(bearer)).errors);
  });

  it('answers nobody but the gateway', async () => {
    const response = await fetch(`http://127.0.0.1:${base + 11}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(response.status).toBe(401);
  });

  it('says in one line what it lacks', async () => {
    for (const [args, message] of [
      [
        ['subgraph', 'stores'],
        /^serve: DATABASE_HOST is missing: the subgraph stores needs it \(or DATABASE_URL, the whole address\)\.$/,
      ],
      [['subgraph', 'store'], /^serve: no subgraph store: schema\/subgraphs\.ts has stores, [^\n]+$/],
      [['everything'], /^serve: say what to serve: [^\n]+$/],
      [
        ['subgraph', 'stores', '--database-host', '127.0.0.1', '--database-port', '9', '--start-patience-seconds', '0'],
        /^serve: PostgreSQL at 127\.0\.0\.1:9 is not reached \([^\n]+\): start it; [^\n]+$/,
      ],
      [
        ['channel', 'kiosk', '--kiosk-origins', 'https://*.example.com'],
        /^serve: KIOSK_ORIGINS=https:\/\/\*\.example\.com is wrong: [^\n]+$/,
      ],
    ] as const) {
      const refused = command('serve', args, { DATA_DIR: env['DATA_DIR']! });
      expect(await refused.ended()).toBe(1);
      expect(JSON.parse(refused.stderr())).toMatchObject({
        level: 'error',
        service: args[0] === 'channel' ? 'channel-kiosk' : (args[1] ?? args[0]),
        msg: expect.stringMatching(message) as string,
      });
    }
  });

  it('waits at its start for a database that comes after it', async () => {
    const late = await startTcpProxy({ port: cluster.port });
    late.cut();
    const service = serve(['subgraph', 'stores'], {
      DATABASE_PORT: String(late.port),
      PORT_BASE: String(base + 30),
      LOG_LEVEL: 'warn',
    });
    await until(() => service.output.includes('the service cannot start yet'));
    late.restore();
    await service.whenReady();
    expect(service.starts).toBe(1);
    await late.close();
  });

  it('is told to stop while it starts, and stops', async () => {
    const hung = await startTcpProxy({ port: cluster.port });
    hung.stall();
    const service = command('serve', ['subgraph', 'stores'], {
      ...env,
      DATABASE_PORT: String(hung.port),
      PORT_BASE: String(base + 20),
    });
    await until(() => hung.connections > 0);
    expect(await service.signal('SIGTERM')).toBe(0);
    await hung.close();
  });

  it('stops each part in its time though its databases hang, also with sagas under way', async () => {
    const line = await startTcpProxy({ port: cluster.port });
    const service = command('serve', ['subgraph', 'orders'], { ...env, DATABASE_PORT: String(line.port) });
    await service.printed(/serving /);
    const bus = await postgresBus({ databaseUrl: cluster.url('bus', 'postgres'), log: pino({ level: 'silent' }) });
    const sagas = testPool({ connectionString: cluster.url('sagas', 'postgres') });
    // Nobody has placed these orders: their sagas begin, and try to authorise for as long as it takes.
    const orders = Array.from({ length: 20 }, () => uuidv7());
    await bus.publish(
      'orders.v1',
      orders.map(handedOver).map((value) => ({ key: value.metadata.aggregateId, value })),
    );
    await until(
      async () => {
        const { rows } = await sagas.query(`SELECT 1 FROM dbos.operation_outputs WHERE function_name = 'authorise'`);
        return rows.length >= orders.length;
      },
      { timeoutMs: 30_000 },
    );
    line.stall();
    expect(await service.signal('SIGTERM')).toBe(0);
    expect(service.stdout() + service.stderr()).not.toContain('takes too long');
    await Promise.all([bus.close(), sagas.end(), line.close()]);
  });

  it('prints nothing but JSON with its name, whatever it is: also one that cannot start, and what libraries say', async () => {
    const patient = { ...env, START_PATIENCE_SECONDS: '1' };
    const failing = [
      [
        'channel-kiosk',
        command('serve', ['channel', 'kiosk'], {
          ...patient,
          BUS: 'kafka',
          KAFKA_BROKERS: '127.0.0.1:9',
          LOG_LEVEL: 'debug',
        }),
      ],
      ['orders', command('serve', ['subgraph', 'orders'], { ...patient, DATABASE_PORT: '9' })],
      ['gateway', command('serve', ['gateway'], { ...patient, METRICS_PORT: String(cluster.port) })],
      ['databases', command('serve', ['databases'], { ...patient, POSTGRES_PASSWORD: 'wrong', DATABASE_PORT: '9' })],
      ['provider', command('serve', ['provider'], { ...patient, PROFILE: 'production' })],
      ['simulation', command('serve', ['simulation'], { ...patient, PROFILE: 'production' })],
    ] as const;
    expect(await Promise.all(failing.map(([, each]) => each.ended()))).toEqual(failing.map(() => 1));
    const named = (text: string): (string | undefined)[] => [
      ...new Set(
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => (JSON.parse(line) as { service?: string }).service),
      ),
    ];
    expect(failing.map(([, each]) => named(each.stdout() + each.stderr()))).toEqual(failing.map(([name]) => [name]));
    const said = services.map(({ output }) => named(output.replaceAll(/^\[process \d+ ended: .*\]\n/gm, '')));
    expect(said.every((names) => names.length === 1 && names[0] !== undefined)).toBe(true);
  });
});
