import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { z } from 'zod';
import { anonymous } from '#platform/identity/principal.ts';
import { httpSubgraph } from './dataSources/httpSubgraph.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { buildGraph } from './graph.ts';
import { serveGraph } from './serveGraph.ts';
import { TrustedDocuments } from './trustedDocuments.ts';

const configuration = z.object({
  SUPERGRAPH: z.string({ error: 'SUPERGRAPH must name a file with a Federation 2 supergraph.' }).min(1),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** `true` sends the client's Authorization header on to every subgraph. */
  FORWARD_AUTHORIZATION: z.enum(['true', 'false']).default('false'),
  LOG_LEVEL: z.string().default('info'),
});

/**
 * Serves any Federation 2 supergraph over HTTP at /graphql, its subgraphs where the supergraph says they are. Open to everybody: it knows
 * nobody's tokens, so what is under `@auth` is refused. Subgraph errors are passed as they are.
 */
export async function serveSupergraph(environment: Readonly<Record<string, string | undefined>>): Promise<RunningChannel> {
  const config = configuration.parse(environment);
  const graph = buildGraph(readFileSync(config.SUPERGRAPH, 'utf8'));
  const subgraphs = new Map([...graph.subgraphUrls].map(([name, url]) => [name, httpSubgraph(url)]));
  const everybody = anonymous('gateway', []);
  const running = await serveGraph({
    name: 'gateway', graph, trusted: new TrustedDocuments(),
    clients: { authenticate: () => Promise.resolve({ principal: everybody }) },
    callerOf: (principal, traceparent, authorization) => ({
      principal, traceparent,
      authorizationFor: () => Promise.resolve(config.FORWARD_AUTHORIZATION === 'true' ? authorization : undefined),
    }),
    subgraphCall: (name) => subgraphs.get(name)!,
    anyDocument: true, discreet: false, subgraphErrors: 'passed', log: pino({ level: config.LOG_LEVEL }), port: config.PORT,
  });
  return { ...running, close: async () => { await running.close(); await Promise.all([...subgraphs.values()].map((each) => each.close())); } };
}
