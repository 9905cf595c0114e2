import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { commaSeparated } from '#platform/config/commaSeparated.ts';
import { platformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';
import { anonymous } from '#platform/identity/principal.ts';
import { createLogger } from '#platform/telemetry/createLogger.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { serveMetrics } from '#platform/telemetry/serveMetrics.ts';
import { httpSubgraph, type HttpSubgraph } from '../execution/dataSources/httpSubgraph.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { serveGraph } from './serveGraph.ts';
import { TrustedDocuments } from '../documents/trustedDocuments.ts';
import type { Limits } from '../documents/limits.ts';
import { supergraphFile } from './watchSupergraph.ts';

/** What keeps the work of one document in bounds, and no more: who knows what others' clients ask for? */
export const wideLimits = {
  bodyBytes: 2 * 2 ** 20,
  tokens: 20_000,
  depth: 100,
  fields: 10_000,
  rootFields: 1_000,
  selections: 1_000,
  aliases: 2_000,
  directives: 500,
  errors: 1_000,
} satisfies Partial<Limits>;

const configuration = z.object({
  SUPERGRAPH: z.string({ error: 'SUPERGRAPH must name a file with a Federation 2 supergraph.' }).min(1),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** If `true`, the client's Authorization header is sent to every subgraph. */
  FORWARD_AUTHORIZATION: z.enum(['true', 'false']).default('false'),
  /** Origins of web apps that may call (CORS), separated by commas. */
  ORIGINS: commaSeparated,
  /** Files (PEM) with a certificate and its key: it speaks TLS then. */
  TLS_CERT_PATH: z.string().min(1).optional(),
  TLS_KEY_PATH: z.string().min(1).optional(),
  ENGINE: platformSettings.shape.ENGINE,
  /** What a request may cost at most, by `@cost` and `@listSize`. Without it nothing is refused for its cost. */
  COST_LIMIT: z.coerce.number().int().positive().optional(),
  /** The port of /metrics; without it metrics are not served. */
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  /** How many seconds it goes on serving after SIGTERM, with `/health/ready` at 503, before it closes. */
  DRAIN_SECONDS: z.coerce.number().min(0).max(8).default(0),
  LOG_LEVEL: z.string().default('info'),
});

/**
 * Serves any Federation 2 supergraph at /graphql, with its subgraphs at the URLs that it names. Anybody may query it:
 * it cannot verify tokens, so fields with `@auth`, or with `@authenticated` and its like, are refused. Errors of
 * subgraphs are passed on unchanged.
 * @throws StartupError for wrong settings; the error of the system if the port cannot be used
 */
export async function serveSupergraph(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<RunningChannel> {
  const parsed = configuration.safeParse(environment);
  if (!parsed.success)
    throw new StartupError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const config = parsed.data;
  const certificate = certificateOf(config);
  const file = supergraphFile(config.SUPERGRAPH, `SUPERGRAPH: ${config.SUPERGRAPH} cannot be read.`);
  const graph = graphOf(file.text, config.SUPERGRAPH);
  const log = createLogger({ level: config.LOG_LEVEL });
  if (graph.guards.restrictions.size > 0)
    log.warn(
      { directives: [...graph.guards.restrictions] },
      'fields are restricted by directives: nobody is answered them, because this gateway verifies no tokens',
    );
  const subgraphs = new Map<string, HttpSubgraph>();
  const at = (url: string): HttpSubgraph => {
    const subgraph = subgraphs.get(url) ?? httpSubgraph(url);
    subgraphs.set(url, subgraph);
    return subgraph;
  };
  const metrics = createMetrics({ process: true });
  const everybody = anonymous('gateway', []);
  const isForwarded = config.FORWARD_AUTHORIZATION === 'true';
  const running = await serveGraph({
    name: 'gateway',
    graph,
    engine: config.ENGINE,
    trusted: new TrustedDocuments(),
    clients: {
      authenticate: (authorization) =>
        Promise.resolve({ principal: everybody, ...(isForwarded ? { authorization } : {}) }),
      isRevoked: () => false,
    },
    callerOf: (principal, traceparent, authorization) => ({
      principal,
      traceparent,
      authorizationFor: () => Promise.resolve(isForwarded ? authorization : undefined),
    }),
    subgraphCall: (_name, url) => at(url),
    limits: { ...wideLimits, cost: config.COST_LIMIT ?? Number.POSITIVE_INFINITY },
    // Nobody knows how slow somebody else's subgraphs are: with the fewer places of a channel, requests that wait for
    // one slow subgraph would soon keep out those that ask a quick one.
    load: { maxRunning: 2_000, keptForUrgent: 0 },
    anyDocument: true,
    discreet: false,
    worksElsewhere: true,
    subgraphErrors: 'passed',
    log,
    metrics,
    port: config.PORT,
    origins: config.ORIGINS,
    ...(certificate ? { certificate } : {}),
  });
  const told =
    config.METRICS_PORT === undefined
      ? undefined
      : await serveMetrics(metrics, { host: config.METRICS_HOST, port: config.METRICS_PORT }).catch(
          async (error: unknown) => {
            await running.close();
            throw error;
          },
        );
  const watched = file.watchedBy(running, log);
  return {
    ...watched,
    close: async () => {
      running.drain();
      await pause(config.DRAIN_SECONDS * 1_000);
      await watched.close();
      await told?.close();
      await Promise.all([...subgraphs.values()].map((each) => each.close()));
    },
  };
}

function certificateOf({
  TLS_CERT_PATH: certPath,
  TLS_KEY_PATH: keyPath,
}: z.output<typeof configuration>): CertificateFiles | undefined {
  if (certPath !== undefined && keyPath !== undefined) return { certPath, keyPath };
  if (certPath === undefined && keyPath === undefined) return undefined;
  throw new StartupError('TLS_CERT_PATH and TLS_KEY_PATH belong together: set both, or none.');
}

function graphOf(text: string, file: string): Graph {
  try {
    return buildGraph(text);
  } catch (error) {
    throw new StartupError(`SUPERGRAPH: ${file} cannot be served: ${(error as Error).message}`);
  }
}
