import type { DescService } from '@bufbuild/protobuf';
import { createClient, type Client } from '@connectrpc/connect';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { connectWithinMs } from '#platform/postgres/connectWithinMs.ts';
import { createDatabaseClock, type DatabaseClock } from '#platform/postgres/databaseClock.ts';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { ConcurrencyError } from '#platform/events/concurrencyError.ts';
import { createEventLog } from '#platform/events/createEventLog.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { StreamAppend } from '#platform/events/eventLog.ts';
import { inTransaction, sqlTx, type SqlTx } from '#platform/events/sqlTx.ts';
import { servicePrincipal, type Principal } from '#platform/identity/principal.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import { logOfService } from '#platform/telemetry/createLogger.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { SubgraphDefinition } from './defineSubgraph.ts';
import type { Domain } from '#platform/domain/domain.ts';

export interface DomainEnvironment {
  /** Address of the domain's own database, with the domain's own role. */
  readonly databaseUrl: string;
  /** The most connections to keep; 8 by default. Many domains share one server. */
  readonly poolSize?: number;
  readonly network: RpcNetwork;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Values of the settings that the definition declares; the others have their defaults. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** By default that of the domain's database. */
  readonly clock?: () => Date;
  readonly newId?: () => string;
  /** Called after a commit that appended events. */
  readonly onAppended?: () => void;
}

export interface OpenDomain {
  readonly domain: Domain;
  /** The domain's clock, unless another was given. It is that of the process until it is first compared. */
  readonly databaseClock: DatabaseClock;
  close(): Promise<void>;
}

interface TransactionClient {
  $transaction<T>(work: (tx: never) => Promise<T>, options: { maxWait: number; timeout: number }): Promise<T>;
  $disconnect(): Promise<void>;
}

/** Makes one client of each service, when it is first asked for. */
function rpcOf(network: RpcNetwork, principal: Principal): Domain['rpc'] {
  const clients = new Map<string, unknown>();
  return {
    client<Service extends DescService>(service: Service) {
      const known =
        clients.get(service.typeName) ??
        createClient(service, network.transportTo(service.typeName.split('.')[1]!, principal));
      clients.set(service.typeName, known);
      return known as Client<Service>;
    },
  };
}

/** Opens a domain's database and makes the context of its code. Nothing runs yet: no relay, no consumers. */
export function openDomain(definition: SubgraphDefinition, environment: DomainEnvironment): OpenDomain {
  const log = logOfService(environment.log, definition.name);
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: environment.databaseUrl,
    max: environment.poolSize ?? 8,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: connectWithinMs,
  });
  // An idle connection that breaks (a restarted server) is replaced by the pool; without a listener it would end the
  // process.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  const db = definition.database({
    adapter: new PrismaPg(pool, { disposeExternalPool: false }),
    errorFormat: 'minimal',
  }) as TransactionClient;
  const databaseClock = createDatabaseClock(pool, log);
  const clock = environment.clock ?? databaseClock.now;
  const newId = environment.newId ?? (() => uuidv7());
  const principal = servicePrincipal(definition.name);
  const events = createEventLog({ source: `${definition.name}-service`, clock, newId });

  /** Counts and logs an event whose transaction has committed. */
  function report({ definition: { name: type, logged }, data }: NewEvent): void {
    environment.metrics?.count('eventsAppended', { domain: definition.name, type });
    if (logged && log.isLevelEnabled('info')) log.info({ eventType: type, ...logged(data) }, 'an event was recorded');
  }

  /** What has committed is reported, and the relay is told of it. */
  function publish(appended: readonly NewEvent[]): void {
    for (const event of appended) report(event);
    if (appended.length) environment.onAppended?.();
  }

  /** Runs work that gives what it has appended, again while another transaction appends to its stream first. */
  async function retrying<T>(
    retries: number,
    work: () => Promise<{ readonly result: T; readonly appended: readonly NewEvent[] }>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { result, appended } = await work();
        publish(appended);
        return result;
      } catch (error) {
        if (!(error instanceof ConcurrencyError) || attempt >= retries) throw error;
      }
    }
  }

  const transaction = <T>(
    work: (tx: never) => Promise<T>,
    { retries = 3, timeoutMs = 15_000 }: { retries?: number; timeoutMs?: number } = {},
  ): Promise<T> =>
    retrying(retries, () =>
      db.$transaction(async (tx) => ({ result: await work(tx), appended: events.appendedIn(tx) }), {
        maxWait: 10_000,
        timeout: timeoutMs,
      }),
    );

  const sqlTransaction = <T>(
    work: (tx: SqlTx) => Promise<T>,
    { retries = 3, timeoutMs = 15_000 }: { retries?: number; timeoutMs?: number } = {},
  ): Promise<T> =>
    retrying(retries, () =>
      inTransaction(pool, async (tx) => ({ result: await work(tx), appended: events.appendedIn(tx) }), timeoutMs),
    );

  const atOnce = <T>(work: (db: SqlTx) => Promise<T>, { retries = 3 }: { retries?: number } = {}): Promise<T> =>
    retrying(retries, async () => {
      const statements = sqlTx(pool);
      return { result: await work(statements), appended: events.appendedIn(statements) };
    });

  const domain: Domain = {
    name: definition.name,
    db,
    pool,
    transaction: transaction as Domain['transaction'],
    sqlTransaction,
    atOnce,
    async appendAtOnce<Row>(...parts: [readonly StreamAppend[], string, readonly unknown[]]) {
      const tx = sqlTx(pool);
      const rows = await events.appendBy<Row>(tx, ...parts);
      publish(events.appendedIn(tx));
      return rows;
    },
    events,
    clock,
    newId,
    log,
    principal,
    metrics: environment.metrics,
    rpc: rpcOf(environment.network, principal),
    config: (definition.config?.parse(environment.configuration ?? {}) ?? {}) as Domain['config'],
  };
  return {
    domain,
    databaseClock,
    async close() {
      await db.$disconnect();
      await pool.end();
    },
  };
}
