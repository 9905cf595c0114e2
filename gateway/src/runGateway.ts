import { existsSync, readFileSync } from 'node:fs';
import { StartupError } from '#platform/config/startupError.ts';
import { createClientIdentity } from './clientIdentity.ts';
import type { GatewayRuntime, RunningChannel } from './gatewayRuntime.ts';
import { buildGraph } from './graph.ts';
import { internalCaller } from './runChannel.ts';
import { serveGraph } from './serveGraph.ts';
import { TrustedDocuments } from './trustedDocuments.ts';

const file = new URL('../../schema/supergraph.graphql', import.meta.url);

function committedSupergraph(): string {
  if (!existsSync(file)) throw new StartupError('The graph is not composed: run `npx -y pnpm@10.34.9 generate`.');
  return readFileSync(file, 'utf8');
}

/**
 * The full graph, for staff and tools. In production it asks for a token of staff; documents are not registered, so it stays open to
 * their queries, within the limits.
 */
export async function runGateway(runtime: GatewayRuntime, supergraph = committedSupergraph()): Promise<RunningChannel> {
  const development = runtime.profile === 'development';
  const roles = development ? (['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'admin'] as const) : (['kitchen', 'manager', 'admin'] as const);
  return serveGraph({
    name: 'gateway', graph: buildGraph(supergraph), trusted: new TrustedDocuments(),
    callerOf: internalCaller(runtime.identity), anyDocument: true, discreet: !development,
    subgraphCall: runtime.subgraphCall,
    clients: createClientIdentity('gateway', { roles, anonymous: development }, runtime.identity),
    subgraphErrors: 'masked', bus: runtime.bus, feeds: runtime.feeds, cursorKeys: runtime.cursorKeys, hub: runtime.hub, log: runtime.log, metrics: runtime.metrics, port: runtime.port, host: runtime.host,
  });
}
