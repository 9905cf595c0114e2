import { readFileSync, writeFileSync } from 'node:fs';
import type { JWK } from 'jose';
import pino from 'pino';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { armFailPoint } from '#platform/faults/failPoint.ts';
import { developmentAudience, developmentIssuer } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { grpcClients, localNetwork } from '#platform/rpc/network.ts';
import { startSagas } from '#platform/sagas/sagaHost.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { runSubgraph } from '#platform/subgraph/runSubgraph.ts';

/** What `doomedSubgraph` tells the processes that it starts, as JSON in the environment variable DOOMED. */
export interface Doomed {
  /** A file with a JSON list of fail points. Each process takes the next one from it, and dies there. */
  readonly pointsFile: string;
  readonly databaseUrl: string;
  readonly sagasUrl: string;
  readonly busUrl: string;
  readonly internalKey: JWK;
  /** Where all other domains are reached, over gRPC. */
  readonly others: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Runs a domain and its sagas in this process until it dies at its fail point, or is told to stop. */
export async function runDoomed(definition: SubgraphDefinition): Promise<void> {
  const doomed = JSON.parse(process.env['DOOMED']!) as Doomed;
  const [point, ...rest] = JSON.parse(readFileSync(doomed.pointsFile, 'utf8')) as string[];
  writeFileSync(doomed.pointsFile, JSON.stringify(rest));
  armFailPoint(point);
  console.log(`armed with ${point ?? 'no fail point'}`);

  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' });
  const identity = await createIdentity({
    internalKey: doomed.internalKey,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: () => [],
  });
  const clients = grpcClients({ identity, addressOf: () => doomed.others });
  const network = { ...localNetwork(identity), transportTo: clients.transportTo };
  const bus = await postgresBus({ databaseUrl: doomed.busUrl, log });
  const { databaseUrl, configuration } = doomed;
  const subgraph = await runSubgraph(definition, { databaseUrl, bus, identity, network, log, configuration });
  const sagas = await startSagas({ databaseUrl: doomed.sagasUrl, log, beatMs: 200 });
  await subgraph.start();
  console.log('ready');

  process.once('SIGTERM', () => {
    void (async () => {
      await sagas.stop();
      await subgraph.stop();
      await bus.close();
      clients.close();
    })();
  });
}
