import pg from 'pg';
import type { Logger } from 'pino';
import { cut } from '#platform/postgres/hungDatabases.ts';
import { PreparingClient } from '#platform/postgres/preparingClient.ts';
import { backoffMs, pause } from './pause.ts';

/**
 * How long the first connection may take. It is long because a process that starts computes for seconds on a busy
 * machine; if no server is there, the connection is refused at once anyway.
 */
const firstTimeoutMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
const queryTimeoutMs = 20_000;

/** Thrown while the session has no connection. The locks and leases that it held are gone. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
  readonly code = 'ECONNRESET';
}

/**
 * One dedicated database connection that reconnects by itself: for LISTEN, and for locks that must be freed when their
 * holder dies. Its commits do not wait for the disk (`synchronous_commit` is off), so a crash of the server may undo
 * them: use it only for work that may be done twice.
 */
export class Session {
  readonly #pool: pg.Pool;
  readonly #name: string;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  readonly #onConnect = new Set<() => void>();
  readonly #onLost = new Set<() => void>();
  #client: pg.Client | undefined;
  #running: Promise<void> | undefined;
  /** The last query, for which the next one waits: a connection runs one query at a time. */
  #last: Promise<void> = Promise.resolve();

  /** @param pool is used for its connection options only: the session's connection is not one of the pool's. */
  constructor(pool: pg.Pool, name: string, log: Logger) {
    this.#pool = pool;
    this.#name = name;
    this.#log = log;
  }

  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** Connects; rejects if that fails. Once this has resolved, the session reconnects by itself whenever it is lost. */
  async open(): Promise<void> {
    const { lost } = await this.#connect(firstTimeoutMs);
    this.#running = this.#stayConnected(lost);
  }

  /** @throws SessionLost while there is no connection; what `pg` throws otherwise. */
  async query<Row extends pg.QueryResultRow>(
    sql: string,
    params: readonly unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    const turn = this.#last.then(() => this.#queryNow<Row>(sql, params));
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #queryNow<Row extends pg.QueryResultRow>(
    sql: string,
    params: readonly unknown[],
  ): Promise<pg.QueryResult<Row>> {
    const client = this.#client;
    if (!client) throw new SessionLost(`the ${this.#name} session is not connected`);
    try {
      return await client.query<Row>(sql, [...params]);
    } catch (error) {
      // The query got no answer in time. The server may be gone without having closed the connection, so it is cut, and
      // the session connects anew.
      if ((error as Error).message === 'Query read timeout') cut(client);
      throw error;
    }
  }

  /**
   * Listens to a NOTIFY channel, also after reconnects. Notifications sent while there was no connection are lost, so
   * look for yourself in `onConnect`.
   */
  async listen(channel: string, hear: (payload: string) => void): Promise<void> {
    const known = this.#listeners.get(channel);
    if (known) {
      known.add(hear);
      return;
    }
    this.#listeners.set(channel, new Set([hear]));
    if (this.#client) await this.query(`listen ${pg.escapeIdentifier(channel)}`);
  }

  onConnect(hear: () => void): void {
    this.#onConnect.add(hear);
  }

  onLost(hear: () => void): void {
    this.#onLost.add(hear);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
    await this.#running;
  }

  /** Resolves with an object, because a promise that resolved with `lost` itself would wait for that promise, too. */
  async #connect(connectionTimeoutMillis = 5_000): Promise<{ lost: Promise<void> }> {
    const { options } = this.#pool;
    // The pool makes these options non-enumerable, so the spread above does not copy them.
    const client = new PreparingClient({
      ...options,
      password: options.password,
      ssl: options.ssl,
      application_name: this.#name,
      keepAlive: true,
      connectionTimeoutMillis,
      query_timeout: queryTimeoutMs,
    });
    const lost = new Promise<void>((resolve) => {
      client.on('end', () => resolve());
      client.on('error', () => resolve());
    });
    client.on('notification', ({ channel, payload }) =>
      this.#listeners.get(channel)?.forEach((hear) => hear(payload ?? '')),
    );
    await client.connect();
    try {
      await client.query(
        `set synchronous_commit = off; set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`,
      );
      for (const channel of this.#listeners.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      cut(client);
      throw error;
    }
    this.#client = client;
    return { lost };
  }

  async #stayConnected(first: Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    for (let lost = first; ;) {
      await lost;
      const broken = this.#client;
      this.#client = undefined;
      if (broken) cut(broken);
      if (signal.aborted) return;
      this.#log.warn({ session: this.#name }, 'the database session is lost; connecting again');
      this.#onLost.forEach((hear) => hear());
      for (let attempt = 0; ; attempt += 1) {
        await pause(backoffMs(attempt, firstPauseMs, longestPauseMs), signal);
        if (signal.aborted) return;
        const again = await this.#connect().catch(() => undefined);
        if (!again) continue;
        if (signal.aborted) {
          cut(this.#client!);
          this.#client = undefined;
          return;
        }
        lost = again.lost;
        break;
      }
      this.#log.info({ session: this.#name }, 'the database session is back');
      this.#onConnect.forEach((hear) => hear());
    }
  }
}
