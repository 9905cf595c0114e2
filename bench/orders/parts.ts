import { callTree, type Call } from '../profile/callTree.ts';
import { placeOf } from '../profile/flameGraph.ts';
import type { CpuProfile } from '../profile/inspector.ts';

/** Which files are which part of the system. The first that fits counts. */
export type Parts = readonly (readonly [part: string, files: RegExp])[];

const parts: Parts = [
  ['Prisma', /^(@prisma\/|generated\/.*prisma|wasm:)/],
  ['PostgreSQL driver', /^(pg|pg-[a-z-]+|postgres-[a-z]+)\/|^platform\/postgres\//],
  ['saga runtime', /^@dbos-inc\/|^superjson\/|^platform\/sagas\//],
  ['gRPC', /^(@connectrpc|@bufbuild)\/|^generated\/proto\/|^platform\/rpc\//],
  ['relay', /^platform\/events\/relay/],
  ['bus', /^platform\/events\/(bus\/|session|eventBus)/],
  ['consumers', /^platform\/events\/(deliver|inbox|runConsumers|parked|projectReadModels|sqlTx)/],
  ['event log', /^platform\/events\//],
  ['streams', /^(graphql-ws|ws)\/|^gateway\/src\/(streams|transports)\//],
  ['HTTP and engine', /^gateway\/|^(undici|graphql|fastify|express|jose|cookie)\/|^@?apollo|^@graphql/],
  ['HTTP of subgraphs', /^platform\/(subgraph|http|identity)\//],
  ['checks of values', /^zod\//],
  ['logs and metrics', /^pino|^prom-client\/|^platform\/telemetry\//],
  ['sandbox', /^sandbox\//],
  ['code of domains and channels', /^(subgraphs|bffs|schema|generated)\//],
];

/**
 * The share of each part in the CPU of a profile. Time in Node's own code and in the language's functions counts for
 * who called it.
 */
export function partsOf(profile: CpuProfile, of: Parts = parts): { readonly part: string; readonly share: number }[] {
  const root = callTree(profile);
  const found = new Map<string, number>();
  const visit = (call: Call, above: string): void => {
    const part = partOf(call, of) ?? above;
    found.set(part, (found.get(part) ?? 0) + call.self);
    for (const child of call.children) visit(child, part);
  };
  for (const call of root.children) visit(call, 'Node: sockets, timers, promises');
  return [...found]
    .filter(([, ms]) => ms > 0)
    .map(([part, ms]) => ({ part, share: ms / root.total }))
    .sort((a, b) => b.share - a.share);
}

function partOf({ node: { callFrame } }: Call, of: Parts): string | undefined {
  const { functionName, url } = callFrame;
  if (functionName === '(garbage collector)') return 'collecting garbage';
  if (functionName === '(program)') return 'outside JavaScript';
  if (url === '' || url.startsWith('node:')) return undefined;
  const place = placeOf(url);
  return of.find(([, files]) => files.test(place))?.[0] ?? 'other packages';
}
