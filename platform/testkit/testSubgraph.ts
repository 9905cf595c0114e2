import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import { createClient, type Client, type Transport } from '@connectrpc/connect';
import type { ExecutionResult } from 'graphql';
import type { PoolClient } from 'pg';
import pino from 'pino';
import type { BusMessage, EventBus } from '#platform/events/eventBus.ts';
import { sqlTx } from '#platform/events/sqlTx.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { servicePrincipal, type Principal } from '#platform/identity/principal.ts';
import { localNetwork, type RpcNetwork } from '#platform/rpc/network.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import type { Domain } from '#platform/domain/domain.ts';
import { runSubgraph, type RunningSubgraph } from '#platform/subgraph/runSubgraph.ts';
import { testDatabase } from './testDatabase.ts';
import { whenFileEnds } from './whenFileEnds.ts';

export interface TestSubgraphOptions {
  readonly clock?: () => Date;
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Services that stand in for other domains, by domain. */
  readonly others?: Readonly<Record<string, readonly RpcService[]>>;
  /** Fill the database as development does. */
  readonly seed?: boolean;
  /** With a bus the subgraph is started: relay, consumers, read models. Without, it only answers. */
  readonly bus?: EventBus;
}

export interface TestSubgraph<D extends Domain = Domain> {
  readonly running: RunningSubgraph;
  readonly domain: D;
  readonly identity: Identity;
  /** GraphQL as this principal. */
  as(
    principal: Principal,
  ): (query: string, variables?: Record<string, unknown>) => Promise<ExecutionResult<Record<string, unknown>>>;
  /** A client of the subgraph's own services, as another service. */
  client<Service extends DescService>(service: Service, caller?: string): Client<Service>;
  /** How many statements the database was sent meanwhile. */
  statementsOf(work: () => Promise<unknown>): Promise<number>;
  /** All that was appended so far, in order. */
  appended(): Promise<EventEnvelope[]>;
}

export type PrincipalParts = Partial<Omit<Principal, 'grants'>> & {
  readonly roles?: readonly string[];
  readonly bindings?: Readonly<Record<string, string>>;
};

/** A principal with these scopes and bindings in each of its roles; by default a user called `someone`. */
export const principalWith = (
  scopes: readonly string[],
  { roles = ['tester'], bindings = {}, ...over }: PrincipalParts = {},
): Principal => ({
  kind: 'user',
  subject: 'someone',
  channel: 'test',
  ...over,
  grants: roles.map((role) => ({ role, scopes: new Set(scopes), bindings })),
});

export const nobody: Principal = principalWith(['catalog:read'], { kind: 'anonymous', subject: 'anonymous' });

/** A subgraph on a fresh database of its own, answering within the process; gone when the test file ends. */
export async function testSubgraph<D extends Domain>(
  definition: SubgraphDefinition,
  options: TestSubgraphOptions = {},
): Promise<TestSubgraph<D>> {
  const database = await testDatabase(definition.name);
  // Most domains keep no files, and then there is no such folder.
  const dataDir = join(tmpdir(), `subgraph-${randomUUID()}`);
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
    scopesOf: () => [],
  });
  const local = localNetwork(identity);
  const callers = new Map<string, string | undefined>();
  const network: RpcNetwork = {
    ...local,
    serve: (domain, services) => {
      for (const each of services) callers.set(each.description.typeName, each.callers[0]);
      return local.serve(domain, services);
    },
  };
  for (const [domain, services] of Object.entries(options.others ?? {})) await network.serve(domain, services);
  const running = await runSubgraph(definition, {
    databaseUrl: database.url,
    bus: options.bus ?? silentBus,
    identity,
    network,
    log: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    configuration: { DATA_DIR: dataDir, ...options.configuration },
    clock: options.clock,
  });
  whenFileEnds(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { domain } = running;
  const counter = await countStatements(domain);
  if (options.seed) await running.seed();
  if (options.bus) await running.start();

  return {
    running,
    identity,
    domain: domain as D,
    as: (principal) => async (query, variables) => {
      const authorization = `Bearer ${await identity.mintInternalToken(principal, definition.name)}`;
      // Through JSON, as the gateway would read it: no null prototypes, no instances.
      return JSON.parse(
        JSON.stringify(await running.execute({ query, variables }, { authorization })),
      ) as ExecutionResult<Record<string, unknown>>;
    },
    client: (service, caller = callers.get(service.typeName) ?? 'nobody') =>
      createClient(service, patient(network.transportTo(definition.name, servicePrincipal(caller)))),
    async statementsOf(work) {
      const before = counter.count;
      await work();
      return counter.count - before;
    },
    async appended() {
      const { rows } = await domain.pool.query<{ stream: string }>('SELECT DISTINCT stream FROM platform.event');
      const client = await domain.pool.connect();
      try {
        const all: EventEnvelope[] = [];
        for (const { stream } of rows) {
          all.push(...(await domain.events.load(sqlTx(client), stream)));
        }
        return all.sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
      } finally {
        client.release();
      }
    },
  };
}

/** A service gives up a call after seconds; a test that makes many at once on a busy machine has more time. */
const patient = (transport: Transport): Transport => ({
  ...transport,
  unary: (method, signal, timeoutMs = 60_000, ...rest) => transport.unary(method, signal, timeoutMs, ...rest),
});

const silentBus: EventBus = {
  publish: () => Promise.resolve(),
  consume: () => Promise.resolve({ close: () => Promise.resolve() }),
  tail: (_topics: readonly string[], _handle: (message: BusMessage) => void) =>
    Promise.resolve({ close: () => Promise.resolve() }),
  lag: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

/** Counts on connections to come, and on those that the start has left idle: a pool hands these out first. */
async function countStatements({ pool }: Domain): Promise<{ count: number }> {
  const counter = { count: 0 };
  const watch = (client: PoolClient): void => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      counter.count += 1;
      return query(...args);
    }) as typeof client.query;
  };
  const idle = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()));
  for (const client of idle) {
    watch(client);
    client.release();
  }
  pool.on('connect', watch);
  return counter;
}
