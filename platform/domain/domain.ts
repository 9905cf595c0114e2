import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { EventLog } from '#platform/events/eventLog.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';

/** What a database client offers inside a transaction: everything but its own life cycle. */
export type TransactionOf<Db> = Omit<Db, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends' | '$use'>;

/** What one running subgraph holds for its whole life; handed to commands, loaders, consumers and services. */
export interface Domain<Db = unknown> {
  readonly name: string;
  /** The Prisma client of the domain's own database. */
  readonly db: Db;
  /** The same database, for statements Prisma cannot say. */
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction; what it appended to the event log is published soon after the commit. A lost race
   * for a stream (ConcurrencyError) runs `work` again, `retries` times (3), so it must have no effects outside `tx`.
   * One that takes longer than `timeoutMs` (15,000) is undone and fails.
   */
  transaction<T>(
    work: (tx: TransactionOf<Db>) => Promise<T>,
    options?: { retries?: number; timeoutMs?: number },
  ): Promise<T>;
  readonly events: EventLog;
  /** The only source of time for domain code. */
  readonly clock: () => Date;
  /** The only source of ids for domain code: UUIDv7, so that ids sort by birth. */
  readonly newId: () => string;
  /** Internal calls to other domains, under this domain's own service identity. Deadline 5 s unless told. */
  readonly rpc: { client<Service extends DescService>(service: Service): Client<Service> };
  readonly log: Logger;
  /** The metrics of this process; without them nothing is counted. */
  readonly metrics?: Metrics;
  /** The configuration keys that the definition declares. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** The service's own identity, for work that nobody asked for. */
  readonly principal: Principal;
}

/** The GraphQL context of every resolver. */
export interface RequestContext<D, Loaders> {
  readonly domain: D;
  readonly principal: Principal;
  /** Fresh for each request: they batch, and remember within the request only. */
  readonly loaders: Loaders;
}
