import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** A server that has not answered for so long is taken to hang; a healthy one answers in milliseconds. */
const patienceMs = 3_000;
const lookEveryMs = 500;

type Config = pg.ClientConfig;

/** Every open connection of this process, with the configuration it was made with. */
const open = new Map<pg.Client, Config>();
/** Servers that hung while the process was ending; no new connections to them are made. */
const givenUp = new Set<string>();

const serverOf = ({ host, port }: pg.Client): string => `${host}:${port}`;

/** Registers a connection; `PreparingClient` calls it for each one that it makes. */
export function noteConnection(client: pg.Client, config: Config): void {
  open.set(client, config);
  client.once('end', () => open.delete(client));
}

/** The error of a new connection to a server that was given up; undefined if the connection may be made. */
export const refusalOf = (client: pg.Client): Error | undefined =>
  givenUp.has(serverOf(client))
    ? Object.assign(new Error('the process stops, and the database does not answer'), { code: 'ECONNREFUSED' })
    : undefined;

/**
 * Call this when the process begins to end. It checks, again and again, whether the database servers answer, and cuts
 * all connections to one that does not, so that queries that wait for it fail at once, as if the server had been
 * killed. Otherwise each part of the process that stops would wait for its own time-out, one after the other.
 */
export async function giveUpHungDatabases(log: Logger): Promise<void> {
  while (open.size > 0) {
    const servers = new Map([...open].map(([client, config]) => [serverOf(client), config]));
    await Promise.all(
      [...servers].map(async ([server, config]) => {
        if (givenUp.has(server) || !(await hangs(config))) return;
        log.warn({ server }, 'a database does not answer while this process stops: its connections are cut');
        givenUp.add(server);
      }),
    );
    for (const client of open.keys()) if (givenUp.has(serverOf(client))) cut(client);
    await pause(lookEveryMs, undefined, { ref: false });
  }
}

/** Whether a server hangs. One that refuses the connection does not: it has answered. */
async function hangs(config: Config): Promise<boolean> {
  // A pool makes these options non-enumerable, so the spread does not copy them.
  const probe = new pg.Client({
    ...config,
    password: config.password,
    ssl: config.ssl,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
  });
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    await probe.query('SELECT 1');
    void probe.end().catch(() => undefined);
    return false;
  } catch (error) {
    cut(probe);
    return /timeout/i.test((error as Error).message);
  }
}

/** Closes the socket without waiting for the other end. */
export function cut(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
  stream.destroy();
}
