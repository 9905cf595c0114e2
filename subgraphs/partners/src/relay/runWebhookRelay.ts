import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { pause } from '#platform/events/pause.ts';
import { Session } from '#platform/events/session.ts';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { createWrappingKeys } from '#platform/pii/keyring.ts';
import { connectWithinMs } from '#platform/postgres/connectWithinMs.ts';
import { poolPulse } from '#platform/postgres/poolPulse.ts';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { announceClose, closeHttpServer } from '#platform/subgraph/closeHttpServer.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { superviseLoops } from '#platform/subgraph/superviseLoops.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { workChannel } from '../webhooks/enqueue.ts';
import type { Reach } from '../webhooks/target.ts';
import type { relayConfig } from './config.ts';
import { Dispatcher } from './dispatcher.ts';
import { countWebhooks, forgetOldEvents } from './keptWebhooks.ts';
import { tokenSigner, type TokenSigner } from './tokenSigner.ts';

export interface WebhookRelayEnvironment {
  /** Address of the partners’ database. */
  readonly databaseUrl: string;
  readonly secrets: z.output<typeof relayConfig>;
  readonly reach: Reach;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly host: string;
  readonly port: number;
  readonly clock?: () => Date;
  /** How long one call may take; 15 s by default. */
  readonly callMs?: number;
  /** How long a lane stays leased to a relay that does not give it back; a minute by default. */
  readonly leaseMs?: number;
}

export interface RunningWebhookRelay {
  /** `http://host:port`, where the public keys are. */
  readonly url: string;
  /** Looks for work now. */
  look(): void;
  drain(): void;
  close(): Promise<void>;
}

const hour = 3_600_000;
const finishWithinMs = 5_000;

/**
 * Runs the relay of webhooks: it sends what waits in the lanes, and publishes the keys by which its tokens are checked.
 * Any number of them may run on one database.
 */
export async function runWebhookRelay(environment: WebhookRelayEnvironment): Promise<RunningWebhookRelay> {
  const { log, metrics, clock = () => new Date() } = environment;
  const tokens = await tokenSigner(environment.secrets.WEBHOOK_TOKEN_SIGNING_KEY);
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: environment.databaseUrl,
    max: 6,
    keepAlive: true,
    connectionTimeoutMillis: connectWithinMs,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  const dispatcher = new Dispatcher({
    ...environment,
    pool,
    clock,
    tokens,
    keys: createWrappingKeys(environment.secrets.PII_MASTER_KEYS),
  });
  const session = new Session(pool, 'webhook-relay', log);
  const answers = poolPulse(pool);
  let draining = false;
  const server = boundedServer((request, response) =>
    serveKeys(request, response, { tokens, ready: async () => !draining && (await answers()) }),
  );
  try {
    await session.open();
    await session.listen(workChannel, () => dispatcher.look());
    server.listen(environment.port, environment.host);
    await once(server, 'listening');
  } catch (error) {
    await session.close();
    await pool.end();
    throw error;
  }
  session.onConnect(() => dispatcher.look());
  const endReports = metrics?.onScrape('webhook relay', async (report) => {
    for (const { state, count } of await countWebhooks(pool)) report('webhooksOut', { state }, count);
  });
  const loops = superviseLoops(log, [
    { name: 'webhooks to partners', run: (signal) => dispatcher.run(signal) },
    forgetting(pool, clock),
  ]);
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    look: () => dispatcher.look(),
    drain() {
      draining = true;
      announceClose(server);
    },
    async close() {
      endReports?.();
      await loops.stop();
      await dispatcher.finish();
      await closeHttpServer(server, finishWithinMs);
      await session.close();
      await pool.end();
    },
  };
}

const forgetting = (pool: pg.Pool, clock: () => Date): Background => ({
  name: 'old webhooks to partners',
  async run(signal) {
    while (!signal.aborted) {
      await forgetOldEvents(pool, clock());
      await pause(hour, signal);
    }
  },
});

/** Where receivers find the public keys. */
export const keysPath = '/.well-known/jwks.json';

function serveKeys(
  { url = '/', method = '' }: IncomingMessage,
  response: ServerResponse,
  { tokens, ready }: { readonly tokens: TokenSigner; readonly ready: () => Promise<boolean> },
): void {
  const send = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): void =>
    void response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
      .end(JSON.stringify(body));
  if (method !== 'GET' && method !== 'HEAD')
    return send(405, { error: { code: 'METHOD_NOT_ALLOWED' } }, { allow: 'GET, HEAD' });
  switch (url.split('?')[0]) {
    case keysPath:
      return send(200, tokens.keySet, { 'cache-control': 'public, max-age=3600' });
    case '/health/live':
      return send(200, { status: 'LIVE' });
    case '/health/ready':
      return void ready().then(
        (good) => send(good ? 200 : 503, { status: good ? 'READY' : 'NOT_READY' }),
        () => send(503, { status: 'NOT_READY' }),
      );
    default:
      return send(404, { error: { code: 'NOT_FOUND' } });
  }
}
