import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { parkedEventService } from '#platform/subgraph/parkedEventService.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

/** Doors of `orders` that only other parts of the system come to, on ports of their own. */
export interface InnerDoors {
  readonly subgraphUrl: string;
  readonly grpcUrl: string;
  close(): Promise<void>;
}

/** Opens them: in one process the parts of a system need none. */
export async function openInnerDoors(system: TestSystem): Promise<InnerDoors> {
  const orders = system.subgraph('orders');
  const server = orders.httpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = await freePortBlock(1);
  const network = grpcNetwork({ identity: system.identity, addressOf: () => '', listen: { port, host: '127.0.0.1' } });
  const served = await network.serve('orders', [parkedEventService(orders.domain)]);
  return {
    subgraphUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    grpcUrl: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await served.close();
      network.close();
    },
  };
}
