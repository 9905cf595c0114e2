import { once } from 'node:events';
import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { grpcNetwork } from '#platform/rpc/network.ts';
import { createExecution } from '#platform/subgraph/execution.ts';
import { feedService } from '#platform/subgraph/feedService.ts';
import { subgraphServer } from '#platform/subgraph/httpServer.ts';
import { chaosSchema } from '../../e2e/chaos/chaosGraph.ts';
import { answerCalls } from '../streams/childCalls.ts';
import { cpuMs, identityOf, log, type ResumeSetup } from './processes.ts';

// The domain's process. Like every subgraph it tells by gRPC, from its event log, what streams have missed. It answers
// queries from that log, too.
let statements = 0;

async function begin(setup: ResumeSetup): Promise<void> {
  const domain = counterDomain(setup.databaseUrl, { name: 'orders' });
  // Each query here is one statement on a connection of its own.
  domain.pool.on('acquire', () => {
    statements += 1;
  });
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
  await once(
    subgraphServer({ execution, ready: () => Promise.resolve(true) }).listen(setup.graphqlPort, '127.0.0.1'),
    'listening',
  );
}

const calls = { begin, mark: () => ({ cpuMs: cpuMs(), statements }) };
export type OrdersCalls = typeof calls;
answerCalls(calls);
