import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { EventLog, SqlTx, StreamAppend } from '#platform/events/eventLog.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';

/** A database client within a transaction: without the methods that connect, disconnect or begin transactions. */
export type TransactionOf<Db> = Omit<Db, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends' | '$use'>;

/** The context of one running subgraph. Commands, loaders, consumers and services get it and keep no other state. */
export interface Domain<Db = unknown> {
  readonly name: string;
  /** The Prisma client of the domain's own database. */
  readonly db: Db;
  /** Connections to the same database, for statements that Prisma cannot express. */
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction; the events that it appended are published soon after the commit. If another
   * transaction appended to a stream first (ConcurrencyError), `work` runs again, up to `retries` times (3 by default):
   * so it must have no effects outside `tx`. Any other error rolls back and rejects, and so does a transaction that
   * takes longer than `timeoutMs` (15,000 by default).
   */
  transaction<T>(
    work: (tx: TransactionOf<Db>) => Promise<T>,
    options?: { retries?: number; timeoutMs?: number },
  ): Promise<T>;
  /**
   * The same for work that uses SQL only, without Prisma in between: for what happens with each order. One that
   * takes longer than `timeoutMs` rejects as a failure of the infrastructure, and its connection is cut.
   */
  sqlTransaction<T>(work: (tx: SqlTx) => Promise<T>, options?: { retries?: number; timeoutMs?: number }): Promise<T>;
  /**
   * Changes the state and appends events by one statement, which is a transaction by itself and costs a round trip
   * instead of five; see `EventLog.appendBy`. The events are published soon after.
   * @throws ConcurrencyError when a stream is not at the expected version: nothing was done then
   */
  appendAtOnce<Row>(appends: readonly StreamAppend[], sql: string, params: readonly unknown[]): Promise<Row[]>;
  /**
   * Runs `work` without a transaction, as `transaction` otherwise: for work that reads, decides, and then writes by one
   * statement only, its append (which takes a change of rows along, see `AppendOptions.also`). It costs a third of the
   * round trips. What it has read may have changed until it appends: so it must append at the version that it has read.
   */
  atOnce<T>(work: (db: SqlTx) => Promise<T>, options?: { retries?: number }): Promise<T>;
  readonly events: EventLog;
  /** The current time. Domain code takes it from nowhere else, so that tests can set it. */
  readonly clock: () => Date;
  /** Makes a new id (UUIDv7, so ids sort by when they were made). Domain code makes ids by nothing else. */
  readonly newId: () => string;
  /**
   * Clients of other domains' services. Calls go under this domain's service identity; their deadline is 5 s by
   * default.
   */
  readonly rpc: { client<Service extends DescService>(service: Service): Client<Service> };
  readonly log: Logger;
  /** The metrics of this process; undefined if it has none. */
  readonly metrics?: Metrics;
  /** Values of the settings that the subgraph's definition declares. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** The domain's own service identity, for work that no request asked for. */
  readonly principal: Principal;
}

/** The GraphQL context of every resolver. */
export interface RequestContext<D, Loaders> {
  readonly domain: D;
  readonly principal: Principal;
  /** DataLoaders, made anew for each request: they batch and cache within that request only. */
  readonly loaders: Loaders;
}
