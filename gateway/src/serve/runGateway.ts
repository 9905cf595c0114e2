import { fileURLToPath } from 'node:url';
import { createClientIdentity } from '../access/clientIdentity.ts';
import { RefusedTokens } from '../access/refusedTokens.ts';
import type { GatewayRuntime, RunningChannel } from './gatewayRuntime.ts';
import { buildGraph } from '../graph/graph.ts';
import { internalCaller } from './runChannel.ts';
import { serveGraph } from './serveGraph.ts';
import { TrustedDocuments } from '../documents/trustedDocuments.ts';
import { supergraphFile, type SupergraphFile } from './watchSupergraph.ts';

const committed = (): SupergraphFile =>
  supergraphFile(
    fileURLToPath(new URL('../../../schema/supergraph.graphql', import.meta.url)),
    'The graph is not composed: run `npx -y pnpm@10.34.9 generate`.',
  );

/**
 * The full graph, for staff and tools. In production it asks for a token of staff; documents are not registered, so it
 * stays open to their queries, within the limits.
 */
export async function runGateway(runtime: GatewayRuntime, supergraph?: string): Promise<RunningChannel> {
  const file = supergraph === undefined ? committed() : undefined;
  const development = runtime.profile === 'development';
  const roles = development
    ? (['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'admin'] as const)
    : (['kitchen', 'manager', 'admin'] as const);
  const running = await serveGraph({
    name: 'gateway',
    graph: buildGraph(supergraph ?? file!.text),
    engine: runtime.engine,
    trusted: new TrustedDocuments(),
    callerOf: internalCaller(runtime.identity),
    anyDocument: true,
    discreet: !development,
    subgraphCall: runtime.subgraphCall,
    clients: createClientIdentity(
      'gateway',
      { roles, anonymous: development },
      runtime.identity,
      new RefusedTokens(runtime.log),
      runtime.revocations,
    ),
    revocations: runtime.revocations,
    subgraphErrors: 'masked',
    bus: runtime.bus,
    feeds: runtime.feeds,
    cursorKeys: runtime.cursorKeys,
    hub: runtime.hub,
    log: runtime.log,
    metrics: runtime.metrics,
    port: runtime.port,
    host: runtime.host,
  });
  return file?.watchedBy(running, runtime.log) ?? running;
}
