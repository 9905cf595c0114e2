import { createClient, type Client } from '@connectrpc/connect';
import type { DescService } from '@bufbuild/protobuf';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Domain } from '#platform/domain/domain.ts';
import { pause } from '#platform/events/pause.ts';
import { boundedServer } from '#platform/http/boundedServer.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { connectWithinMs } from '#platform/postgres/connectWithinMs.ts';
import { poolPulse } from '#platform/postgres/poolPulse.ts';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { announceClose, closeHttpServer } from '#platform/subgraph/closeHttpServer.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { superviseLoops } from '#platform/subgraph/superviseLoops.ts';
import { timelineService, type Timeline } from '#platform/subgraph/timeline.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { webhooksService } from '#schema/services.ts';
import type { KeysName } from './config.ts';
import { door } from './door/door.ts';
import { Desk } from './inbox/desk.ts';
import { Inbox } from './inbox/inbox.ts';
import { bodySealer } from './inbox/sealedBody.ts';
import { workOff, type Works } from './inbox/workOff.ts';
import type { Source } from './source.ts';
import { sources as allSources } from './sources.ts';

export interface WebhooksEnvironment {
  readonly databaseUrl: string;
  readonly network: RpcNetwork;
  readonly secrets: Readonly<Record<KeysName | 'WEBHOOK_BODY_KEYS', string>>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly host: string;
  readonly port: number;
  readonly clock?: () => Date;
  readonly sources?: readonly Source[];
}

export interface RunningWebhooks {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  /** Goes on serving but reports that it is not ready. */
  drain(): void;
  close(): Promise<void>;
}

const hour = 3_600_000;
/** Another replica may have received a message and stopped before it was worked off, so each looks now and then. */
const lookEveryMs = 1_000;
/** Requests under way are answered for so long when the process stops. */
const finishWithinMs = 10_000;

/**
 * Runs the door for webhooks: it receives messages into the inbox, and works them off, each source by itself, so that
 * a subgraph that does not answer delays the messages of no other.
 */
export async function runWebhooks(environment: WebhooksEnvironment): Promise<RunningWebhooks> {
  const { log, metrics, clock = () => new Date(), sources = allSources } = environment;
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: environment.databaseUrl,
    max: 8,
    keepAlive: true,
    connectionTimeoutMillis: connectWithinMs,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  const inbox = new Inbox(pool, bodySealer(environment.secrets.WEBHOOK_BODY_KEYS), clock);
  const desks = new Map(sources.map(({ name }) => [name, new Desk()]));
  const answers = poolPulse(pool);
  let draining = false;
  const server = boundedServer(
    door({
      sources,
      keysOf: ({ keys }) =>
        environment.secrets[keys]
          .split(',')
          .map((key) => key.trim())
          // Without a contract there is no key, and an empty one would be everybody's.
          .filter((key) => key !== ''),
      inbox,
      log,
      metrics,
      ready: async () => !draining && (await answers()),
      deskOf: ({ name }) => desks.get(name)!,
    }),
    { requestMs: 15_000 },
  );
  const works: Works = { inbox, rpc: rpcOver(environment.network), log, metrics, clock };
  const endReports = metrics.onScrape('webhooks', async (report) => {
    for (const { source, state, count } of await inbox.counts()) report('webhooksKept', { source, state }, count);
  });
  try {
    server.listen(environment.port, environment.host);
    await once(server, 'listening');
  } catch (error) {
    endReports();
    await pool.end();
    throw error;
  }
  const serving = await environment.network.serve(webhooksService, [timelineService({ pool }, timeline)]);
  const loops = superviseLoops(log, [
    ...sources.map((source) => workingOff(source, works, desks.get(source.name)!)),
    lookForDue(inbox, desks),
    forgetOld(inbox),
  ]);
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    drain() {
      draining = true;
      announceClose(server);
    },
    async close() {
      endReports();
      await serving.close();
      await closeHttpServer(server, finishWithinMs);
      await loops.stop();
      await pool.end();
    },
  };
}

const workingOff = (source: Source, works: Works, desk: Desk): Background => ({
  name: `webhooks of ${source.name}`,
  run: (signal) =>
    desk.run(
      signal,
      (claimed) => workOff(source, claimed, works),
      () => works.inbox.claim(source.name),
    ),
});

const lookForDue = (inbox: Inbox, desks: ReadonlyMap<string, Desk>): Background => ({
  name: 'webhooks that are due',
  async run(signal) {
    while (!signal.aborted) {
      for (const source of await inbox.due()) desks.get(source)?.ring();
      await pause(lookEveryMs, signal);
    }
  },
});

const forgetOld = (inbox: Inbox): Background => ({
  name: 'old webhooks',
  async run(signal) {
    while (!signal.aborted) {
      await inbox.forget();
      await pause(hour, signal);
    }
  },
});

/** What was received about an order: payments are the only objects that a source names by it. */
const timeline: Timeline = {
  records: `select 'WEBHOOK_IN' as kind, source as name, received_at as at, settled_at as ended_at, state as outcome,
    concat_ws(', ', reason, 'message ' || message_id) as detail
    from webhook where object_key in (select 'order:' || id from unnest($1::uuid[]) as id)`,
};

/** Clients of the subgraphs' services, under the door's own identity. */
function rpcOver(network: WebhooksEnvironment['network']): Domain['rpc'] {
  const principal = servicePrincipal(webhooksService);
  return {
    client: <Service extends DescService>(service: Service): Client<Service> =>
      createClient(service, network.transportTo(service.typeName.split('.')[1]!, principal)),
  };
}
