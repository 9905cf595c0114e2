import { fileURLToPath } from 'node:url';
import { defaultRatePolicy } from '../channelManifest.ts';
import { createClientIdentity } from '../access/clientIdentity.ts';
import { RefusedTokens } from '../access/refusedTokens.ts';
import { gatewayAuth } from './gatewayAuth.ts';
import type { GatewayRuntime, RunningChannel } from './gatewayRuntime.ts';
import { buildGraph } from '../graph/graph.ts';
import { internalCaller } from './internalCaller.ts';
import { serveGraph } from './serveGraph.ts';
import { TrustedDocuments } from '../documents/trustedDocuments.ts';
import { supergraphFile, type SupergraphFile } from './watchSupergraph.ts';

const committed = (): SupergraphFile =>
  supergraphFile(
    fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url)),
    'The supergraph has not been composed: run `npx -y pnpm@10.34.9 generate`.',
  );

/**
 * Serves the full supergraph, for staff and tools. In production it requires a token with a role of staff. It has no
 * trusted documents, so within the limits any query of theirs may run.
 */
export async function runGateway(runtime: GatewayRuntime, supergraph?: string): Promise<RunningChannel> {
  const file = supergraph === undefined ? committed() : undefined;
  const development = runtime.profile === 'development';
  const running = await serveGraph({
    name: 'gateway',
    graph: buildGraph(supergraph ?? file!.text, { composed: file !== undefined }),
    engine: runtime.engine,
    circuit: runtime.circuit,
    trusted: new TrustedDocuments(),
    callerOf: internalCaller(runtime.identity),
    anyDocument: true,
    discreet: !development,
    subgraphCall: runtime.subgraphCall,
    clients: createClientIdentity(
      'gateway',
      gatewayAuth(runtime.profile),
      runtime.identity,
      new RefusedTokens(runtime.log),
      runtime.revocations,
    ),
    revocations: runtime.revocations,
    explorer: runtime.explorer,
    subgraphErrors: 'masked',
    rates: development ? undefined : defaultRatePolicy,
    rateStore: runtime.rateStore,
    bus: runtime.bus,
    feeds: runtime.feeds,
    cursorKeys: runtime.cursorKeys,
    hub: runtime.hub,
    writes: runtime.writes,
    log: runtime.log,
    metrics: runtime.metrics,
    origins: runtime.origins,
    proxies: runtime.proxies,
    certificate: runtime.certificate,
    port: runtime.port,
    host: runtime.host,
  });
  return file?.watchedBy(running, runtime.log) ?? running;
}
