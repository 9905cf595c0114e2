import { Code, ConnectError } from '@connectrpc/connect';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { FeedQueryService } from '#generated/proto/drburger/platform/v1/feeds_pb.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { service } from '#platform/rpc/service.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import { sdlOf } from '#platform/subgraph/sdl.ts';
import { mockSubgraph } from '#sandbox/mockSubgraph/mockSubgraph.ts';
import { mockVersion } from '#sandbox/mockSubgraph/plausible.ts';
import { edgeServices } from '#schema/services.ts';

/** By name, what answers GraphQL in place of each mocked subgraph. */
export const mockedCalls = (names: readonly string[], identity: Identity): Map<string, SubgraphCall> =>
  new Map(
    names.map((name) => [
      name,
      mockSubgraph({ name, sdl: sdlOf(new URL(`../../../subgraphs/${name}/`, import.meta.url)), identity }),
    ]),
  );

/**
 * The network while subgraphs are mocked. What channels must know of a domain has an answer: its feeds have no events,
 * so streams stay quiet after their first message, and nobody's access is revoked. Any other call to a mock fails at
 * once, as one to a domain that is down: nothing that is made up becomes part of an order that others keep.
 */
export async function networkWithMocks(network: RpcNetwork, mocked: readonly string[]): Promise<RpcNetwork> {
  const feeds = service(FeedQueryService, edgeServices, {
    readFeeds: ({ ranges }) => ({ epoch: 'mock', pages: ranges.map(() => ({ version: mockVersion, events: [] })) }),
  });
  const access = service(AccessQueryService, edgeServices, { listRevocations: () => ({}) });
  const answered = new Set<string>([FeedQueryService.typeName, AccessQueryService.typeName]);
  for (const name of mocked) await network.serve(name, name === 'customers' ? [feeds, access] : [feeds]);
  return {
    serve: network.serve,
    transportTo(domain, caller) {
      const transport = network.transportTo(domain, caller);
      if (!mocked.includes(domain)) return transport;
      return {
        ...transport,
        unary: (method, ...rest) =>
          answered.has(method.parent.typeName)
            ? transport.unary(method, ...rest)
            : Promise.reject(
                new ConnectError(`${domain} is mocked, and a mock has no ${method.parent.name}`, Code.Unavailable),
              ),
      };
    },
  };
}
