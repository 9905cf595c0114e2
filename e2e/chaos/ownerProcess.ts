import { once } from 'node:events';
import { openBus } from '#platform/events/fixtures/openBus.ts';
import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { startRelay } from '#platform/events/relay.ts';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { createExecution } from '#platform/subgraph/execution.ts';
import { feedService } from '#platform/subgraph/feedService.ts';
import { subgraphServer } from '#platform/subgraph/httpServer.ts';
import { armFailPoint } from '#platform/faults/failPoint.ts';
import { chaosSchema } from './chaosGraph.ts';
import { identityOf, log, patiently, readSetup } from './setup.ts';

// This process owns the domain: it answers queries, tells streams what they missed, and relays events. After SIGUSR2 it
// dies when it has published an event, before it notes that it did.
process.on('SIGUSR2', () => armFailPoint('relay.published'));
const setup = readSetup();
const domain = counterDomain(setup.databaseUrl, { name: 'orders' });
const identity = await identityOf(setup);
const network = grpcNetwork({
  identity,
  addressOf: () => {
    throw new Error('it calls nobody');
  },
  listen: { port: setup.grpcPort, host: '127.0.0.1' },
});
await network.serve('orders', [feedService(domain)]);
const execution = await createExecution({
  name: 'orders',
  identity,
  log,
  schema: chaosSchema(domain.pool),
  contextFor: (principal) => ({ principal }),
});
const server = subgraphServer({ execution, ready: () => Promise.resolve(true) }).listen(setup.graphqlPort, '127.0.0.1');
await once(server, 'listening');
const bus = await patiently(() => openBus(setup.busAddress, log));
await patiently(() => startRelay(domain, bus));
console.log('ready');
