import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { noteConnection, refusalOf } from './hungDatabases.ts';

/** What takes parameters and may come again and again; the rest (BEGIN, LISTEN, migrations) is sent as it is. */
const preparable = /^\s*(?:select|insert|update|delete|with)\b[^]*\$1/i;
const worthFrom = 3;
const mostPrepared = 1_000;
const mostCounted = 1_000;

const names = new Map<string, string>();
const uses = new Map<string, number>();

/** A name for a text that this process sends often, the same for each of its connections; undefined for others. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= mostPrepared || !preparable.test(text)) return known;
  const times = (uses.get(text) ?? 0) + 1;
  if (times < worthFrom) {
    // Texts that never come again (lists of any length) would fill it.
    if (uses.size >= mostCounted) uses.clear();
    uses.set(text, times);
    return undefined;
  }
  uses.delete(text);
  names.set(text, `s${names.size}`);
  return names.get(text);
}

/**
 * SQLSTATE feature_not_supported, which PostgreSQL says when a prepared statement would now return other types; only
 * its words tell.
 */
const isOutdated = ({ code, message }: { code?: string; message?: string }): boolean =>
  code === '0A000' && message === 'cached plan must not change result type';

type Send = (query: unknown, ...rest: unknown[]) => unknown;

/**
 * A connection on which statements that come often are prepared: PostgreSQL parses them once, and plans most of them
 * once. For a pool's option `Client`. A table that is exchanged or altered meanwhile is noticed, and the statement
 * prepared anew. Where what a statement returns has another type since, it fails once (`isInfrastructureFailure` knows:
 * another try is good), and its connection prepares nothing any more. A pooler in between must keep sessions, or know
 * of prepared statements (pgbouncer does from 1.21).
 */
export class PreparingClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    noteConnection(this, typeof config === 'string' ? { connectionString: config } : (config ?? {}));
    this.#refuseGivenUp();
    const send = this.query.bind(this) as Send;
    // A pool lends it a moment before its borrower can listen: one that is cut off just then would end the process.
    // Whoever queries it is told.
    this.on('error', () => undefined);
    let prepares = true;
    (this as unknown as { connection: EventEmitter }).connection.on(
      'errorMessage',
      (error: { code?: string; message?: string }) => {
        if (isOutdated(error)) prepares = false;
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

  /** Fails at once where nobody waits for the server any more: see `giveUpHungDatabases`. */
  #refuseGivenUp(): void {
    const connect = this.connect.bind(this) as (hear?: (error: Error) => void) => unknown;
    this.connect = ((hear?: (error: Error) => void) => {
      const refusal = refusalOf(this);
      if (!refusal) return hear ? connect(hear) : connect();
      this.emit('end');
      if (!hear) return Promise.reject(refusal);
      return void process.nextTick(hear, refusal);
    }) as typeof this.connect;
  }
}
