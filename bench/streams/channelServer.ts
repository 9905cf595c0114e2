import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { pino } from 'pino';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { enforceAuth } from '#platform/subgraph/authSchema.ts';
import { createExecution } from '#platform/subgraph/execution.ts';
import { baseSdl } from '#platform/subgraph/sdl.ts';
import { scopesOfRole } from '#schema/scopes.ts';
import { BenchDomain, type BenchState } from './benchDomain.ts';
import { benchSdl } from './benchGraph.ts';
import { serveMeasured, type ServerSetup, type Served } from './measuredServer.ts';

const unbounded = 1_000_000;
const aDayMs = 86_400_000;

const resolversOf = (state: BenchState) => ({
  Query: {
    order: (_: unknown, { orderId }: { orderId: string }) => state.order(orderId),
    orderBoard: (_: unknown, { storeId }: { storeId: string }) => state.board(storeId),
  },
});

/**
 * A channel in one process with its subgraph. Its limits for each caller are off, because one machine plays all
 * callers.
 */
async function begin({ supergraph, clientKey, pings }: ServerSetup): Promise<Served> {
  const log = pino({ level: 'warn' }, pino.destination(2));
  const domain = new BenchDomain();
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    scopesOf: scopesOfRole,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [clientKey] } },
  });
  const schema = enforceAuth(
    buildSubgraphSchema({
      typeDefs: parse(`${baseSdl}\n${benchSdl.orders}`),
      resolvers: resolversOf(domain.state) as never,
    }),
  );
  const orders = await createExecution({
    name: 'orders',
    identity,
    log,
    schema,
    contextFor: (principal) => ({ principal }),
  });
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-streams-'));
  const running = await runChannel(
    {
      name: 'kiosk',
      tags: ['public', 'kiosk'],
      directory: pathToFileURL(`${folder}/`),
      auth: { roles: ['kiosk'], anonymous: false },
      streams: {
        maxConnections: unbounded,
        maxConnectionsPerCaller: unbounded,
        maxSubscriptionsPerCaller: unbounded,
        ...(pings ? {} : { pingMs: aDayMs }),
      },
    },
    {
      profile: 'development',
      port: 0,
      host: '127.0.0.1',
      subgraphCall: () => orders.execute,
      identity,
      bus: domain,
      feeds: domain,
      cursorKeys: ['bench'],
      log,
    },
    supergraph,
  ).finally(() => rmSync(folder, { recursive: true }));
  return { port: running.port, happen: (happening) => domain.happen(happening) };
}

serveMeasured(begin);
