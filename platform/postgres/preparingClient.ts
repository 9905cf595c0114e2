import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { cut, noteConnection, refusalOf } from './hungDatabases.ts';
import { localHost } from './localSocket.ts';

/**
 * Matches statements that are worth preparing: those with parameters. Others (BEGIN, LISTEN, migrations) are sent as
 * is.
 */
const preparable = /^\s*(?:select|insert|update|delete|with)\b[^]*\$1/i;
const worthFrom = 3;
const mostPrepared = 1_000;
const mostCounted = 1_000;

const names = new Map<string, string>();
const uses = new Map<string, number>();

/**
 * The name of the prepared statement for a text that this process sends often, the same on all its connections;
 * undefined for other texts.
 */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostPrepared || !preparable.test(text)) return known;
  const times = (uses.get(text) ?? 0) + 1;
  if (times < worthFrom) {
    // The counts are dropped when there are too many: texts that never come again (lists of any length) pile up.
    if (uses.size >= mostCounted) uses.clear();
    uses.set(text, times);
    return undefined;
  }
  uses.delete(text);
  names.set(text, `s${names.size}`);
  return names.get(text);
}

/**
 * Whether a prepared statement would now return other types than when it was prepared. PostgreSQL says
 * feature_not_supported then, as it does for other errors; only the message tells them apart.
 */
const isOutdated = ({ code, message }: { code?: string; message?: string }): boolean =>
  code === '0A000' && message === 'cached plan must not change result type';

/**
 * SQLSTATE of read_only_sql_transaction: the server has become a standby, or its host lets nothing be written, such as
 * while the disk is full.
 */
const takesNoWrites = '25006';

/** Makes what retries after a lost connection retry after this error, too: it follows the causes of an error. */
function likenToLostConnection(error: object): void {
  Object.assign(error, {
    cause: Object.assign(new Error('the database server takes no writes; the connection to it is cut'), {
      code: 'ECONNRESET',
    }),
  });
}

type Send = (query: unknown, ...rest: unknown[]) => unknown;

/**
 * A `pg` client that prepares statements which are sent often: PostgreSQL then parses them once, and plans most of them
 * once. Use it as a pool's option `Client`. When a table is replaced or altered, PostgreSQL notices and the statement
 * is prepared again. If the types of its result have changed, the statement fails once (`isInfrastructureFailure`
 * covers that, so it is tried again) and this connection prepares no more statements. A connection pooler in between
 * must keep sessions, or support prepared statements (pgbouncer does from 1.21).
 *
 * A connection to a server that refuses a write because it takes none is cut, so that the next one is made to wherever
 * the address leads then: after a failover, a pool that is busy would otherwise keep its connections to the standby.
 */
export class PreparingClient extends pg.Client {
  readonly #host: string;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.#host = this.host;
    noteConnection(this, typeof config === 'string' ? { connectionString: config } : (config ?? {}));
    this.#refuseGivenUp();
    const send = this.query.bind(this) as Send;
    // Without a listener, a connection that is cut just when the pool lends it would end the process. The query that is
    // sent on it fails anyway.
    this.on('error', () => undefined);
    let prepares = true;
    (this as unknown as { connection: EventEmitter }).connection.on(
      'errorMessage',
      (error: { code?: string; message?: string }) => {
        if (isOutdated(error)) prepares = false;
        if (error.code === takesNoWrites) {
          likenToLostConnection(error);
          cut(this);
        }
      },
    );
    this.query = ((
      query: string | (Partial<pg.QueryConfig> & { submit?: unknown }),
      values: unknown,
      ...rest: unknown[]
    ) => {
      if (typeof query === 'string') {
        const name = prepares && Array.isArray(values) ? nameOf(query) : undefined;
        return name === undefined ? send(query, values, ...rest) : send({ name, text: query, values }, ...rest);
      }
      const name =
        prepares && query.text !== undefined && query.name === undefined && !query.submit
          ? nameOf(query.text)
          : undefined;
      return send(name === undefined ? query : { ...query, name }, values, ...rest);
    }) as typeof this.query;
  }

  /** Makes `connect` fail at once if the server was given up: see `giveUpHungDatabases`. */
  #refuseGivenUp(): void {
    const connect = this.connect.bind(this) as (hear?: (error: Error) => void) => unknown;
    this.connect = ((hear?: (error: Error) => void) => {
      const refusal = refusalOf(this);
      if (!this.ssl) Object.assign(this, { host: localHost(this.#host, this.port) });
      if (!refusal) return hear ? connect(hear) : connect();
      this.emit('end');
      if (!hear) return Promise.reject(refusal);
      return void process.nextTick(hear, refusal);
    }) as typeof this.connect;
  }
}
