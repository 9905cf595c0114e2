import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** A server that is well answers in milliseconds; this one has said nothing for so long. */
const patienceMs = 3_000;
const lookEveryMs = 500;

type Config = pg.ClientConfig;

/** Every connection of this process, by how it was made. */
const open = new Map<pg.Client, Config>();
/** Servers of which nobody waits for an answer any more. */
const givenUp = new Set<string>();

const serverOf = ({ host, port }: pg.Client): string => `${host}:${port}`;

/** Called with every connection as it is made. */
export function noteConnection(client: pg.Client, config: Config): void {
  open.set(client, config);
  client.once('end', () => open.delete(client));
}

/** Why no connection is made; undefined where one may be. */
export const refusalOf = (client: pg.Client): Error | undefined =>
  givenUp.has(serverOf(client))
    ? Object.assign(new Error('the process stops, and the database does not answer'), { code: 'ECONNREFUSED' })
    : undefined;

/**
 * For a process that is about to end: from here on it looks whether the servers that it is connected to answer, and
 * cuts all connections to one that does not. What waits there fails at once then, as it would when the server is
 * killed; otherwise each thing that stops would wait for its own time-out, one after the other.
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

/** A server that refuses has answered. */
async function hangs(config: Config): Promise<boolean> {
  // Named because a pool hides them from enumeration.
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
