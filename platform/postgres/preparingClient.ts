import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { cut, noteConnection, refusalOf } from './hungDatabases.ts';
import { localHost } from './localSocket.ts';
import { PreparedQuery, type PreparedStatements, type Statement } from './preparedQuery.ts';

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

type Hear = (error: Error | null, result?: pg.QueryResult) => void;
type Send = (query: unknown, values?: unknown, hear?: Hear) => unknown;

/** A query as callers give it, in one of the forms that `pg` takes. */
type Asked = string | (Partial<Statement> & { readonly submit?: unknown });

const beginsTransaction = /^\s*(?:begin|start\s+transaction)\b[\w\s,]*;?\s*$/i;
const endsTransaction = /^\s*(commit|rollback)\s*;?\s*$/i;
/** Several statements, or one that the extended protocol does not take. */
const isScript = /;|^\s*copy\b/i;

const nothing = (command: string): pg.QueryResult => ({ command, rowCount: null, oid: 0, rows: [], fields: [] });

/** Tells a result as `pg` does: to a listener, or else by a promise. */
function tell(hear: Hear | undefined, result: pg.QueryResult): Promise<pg.QueryResult> | undefined {
  if (!hear) return Promise.resolve(result);
  process.nextTick(hear, null, result);
  return undefined;
}

/**
 * A `pg` client that prepares statements which are sent often: PostgreSQL then parses them once, and plans most of them
 * once. Use it as a pool's option `Client`. When a table is replaced or altered, PostgreSQL notices and the statement
 * is prepared again. If the types of its result have changed, the statement fails once (`isInfrastructureFailure`
 * covers that, so it is tried again), and this connection prepares its statements anew. A connection pooler in between
 * must keep sessions, or support prepared statements (pgbouncer does from 1.21).
 *
 * A transaction begins with its first statement: BEGIN is sent together with it, in one round trip, and not at all if
 * there is none.
 *
 * Its sessions are in UTC and write dates as ISO, whatever the server, the database or the role are set to: Prisma's
 * adapter sends and reads points in time without their zone, and the driver reads no other dates.
 *
 * A connection to a server that refuses a write because it takes none is cut, so that the next one is made to wherever
 * the address leads then: after a failover, a pool that is busy would otherwise keep its connections to the standby.
 */
export class PreparingClient extends pg.Client {
  readonly #host: string;
  readonly #prepared: PreparedStatements = new Map();
  /** The BEGIN of a transaction that has had no statement yet. */
  #begin: string | undefined;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.#host = this.host;
    noteConnection(this, typeof config === 'string' ? { connectionString: config } : (config ?? {}));
    this.#refuseGivenUp();
    const startup = this as unknown as { getStartupConf(): Record<string, string> };
    const configured = startup.getStartupConf.bind(this);
    startup.getStartupConf = () => ({ ...configured(), TimeZone: 'UTC', DateStyle: 'ISO' });
    const send = this.query.bind(this) as Send;
    // Without a listener, a connection that is cut just when the pool lends it would end the process. The query that is
    // sent on it fails anyway.
    this.on('error', () => undefined);
    (this as unknown as { connection: EventEmitter }).connection.on(
      'errorMessage',
      (error: { code?: string; message?: string }) => {
        if (error.code === takesNoWrites) {
          likenToLostConnection(error);
          cut(this);
        }
      },
    );
    this.query = ((query: Asked, values: unknown, hear?: Hear) =>
      typeof values === 'function'
        ? this.#query(send, query, undefined, values as Hear)
        : this.#query(send, query, values, hear)) as typeof this.query;
  }

  #query(send: Send, query: Asked, given: unknown, hear: Hear | undefined): unknown {
    const statement = typeof query === 'string' ? { text: query } : query;
    const { text, name, submit } = statement;
    if (text === undefined || name !== undefined || submit) return this.#sendAsIs(send, query, given, hear);
    const values = given ?? statement.values;
    const hasValues = Array.isArray(values) && values.length > 0;
    if (!hasValues) {
      if (beginsTransaction.test(text) && this.#begin === undefined) {
        this.#begin = text;
        return tell(hear, nothing('BEGIN'));
      }
      const [, ends] = (this.#begin !== undefined && endsTransaction.exec(text)) || [];
      if (ends) {
        this.#begin = undefined;
        return tell(hear, nothing(ends.toUpperCase()));
      }
      if (this.#begin === undefined || isScript.test(text)) return this.#sendAsIs(send, query, given, hear);
    }
    const known = hasValues ? nameOf(text) : undefined;
    if (known === undefined && this.#begin === undefined) return send(query, given, hear);
    const submitted = (heard: Hear): unknown => {
      const execution = new PreparedQuery(
        { ...statement, text, values: values as unknown[] },
        known ?? '',
        this.#prepared,
        this,
        { begin: this.#begin, heard },
      );
      // Only now: after a statement that cannot be sent, the transaction begins with the next one.
      this.#begin = undefined;
      return send(execution);
    };
    if (hear) {
      try {
        return void submitted(hear);
      } catch (error) {
        return void process.nextTick(hear, error);
      }
    }
    return new Promise<pg.QueryResult>((resolve, reject) => {
      submitted((error, result) => (error ? reject(error) : resolve(result!)));
    }).catch((error: Error) => {
      // As the driver does: the stack then leads to who asked, not to the socket.
      Error.captureStackTrace(error);
      throw error;
    });
  }

  /** Sends a query in the driver's way, after the BEGIN that waits for a statement. */
  #sendAsIs(send: Send, query: Asked, values: unknown, hear: Hear | undefined): unknown {
    const begin = this.#begin;
    if (begin === undefined) return send(query, values, hear);
    this.#begin = undefined;
    if (!hear) return (send(begin) as Promise<unknown>).then(() => send(query, values));
    return send(begin, undefined, (error) => (error ? hear(error) : void send(query, values, hear)));
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
