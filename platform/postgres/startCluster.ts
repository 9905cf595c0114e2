import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '#platform/config/makeFolder.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { findBinaries } from './binaries.ts';
import { ensureDataFolder, superuser } from './dataFolder.ts';
import { freePort } from './freePort.ts';
import { noteLocalServer } from './localSocket.ts';
import { OwnedByOther, takeOwnership } from './ownership.ts';
import { Passwords } from './passwords.ts';
import { chooseServerUser } from './serverUser.ts';
import { launchServer, PortTaken, stopLeftOver, type ServerOptions } from './server.ts';

export interface ClusterOptions {
  /** The folder of the cluster's data, passwords (mode 0600) and log. It is made if it does not exist. */
  readonly dataDir: string;
  /** The port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /**
   * Whether commits wait for the disk; true by default. With false, a power cut may lose data; a killed process does
   * not.
   */
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** Further settings of the server, by their names in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly log: (line: string) => void;
}

export interface Cluster {
  readonly port: number;
  /** Process id of the running server; it changes when the server is started again. */
  readonly pid: number;
  /** URL of the database `postgres`, as the superuser. */
  readonly adminUrl: string;
  /** URL of a database with a role and its password; by default the role of the same name. */
  url(database: string, role?: string): string;
  /** The stored password of a role; it is made if there is none. */
  passwordOf(role: string): string;
  /** Shuts the server down in order; open connections are closed. */
  stop(): Promise<void>;
}

/**
 * Runs a PostgreSQL server from the embedded binaries as a child of this process, on 127.0.0.1 only. It ends with this
 * process, even if that is killed. If the server itself is killed, it is started again on the same port and recovers.
 * @throws StartupError with one line that says what to do
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = resolve(options.dataDir);
  const release = own(folder);
  try {
    const [binaries, user] = await Promise.all([findBinaries(), chooseServerUser()]);
    const passwords = new Passwords(join(folder, 'passwords.json'));
    const durable = options.durable ?? true;
    const data = ensureDataFolder(folder, binaries, user, passwords, durable);
    await stopLeftOver(data);
    const server = {
      postgres: binaries.postgres,
      user,
      data,
      logFile: join(folder, 'postgres.log'),
      durable,
      maxConnections: options.maxConnections ?? 300,
      settings: options.settings ?? {},
    };
    const { child, port } = await launchOnPort(server, options.port ?? 0);
    noteLocalServer(port, data);
    return superviseServer({ ...server, port }, child, passwords, options.log, release);
  } catch (error) {
    release();
    throw error;
  }
}

function own(folder: string): () => void {
  makeFolder(folder, 0o700);
  try {
    return takeOwnership(folder);
  } catch (error) {
    if (error instanceof OwnedByOther)
      throw new StartupError(`Process ${error.pid} already runs on ${folder}: stop it, or set another DATA_DIR.`);
    throw new StartupError(
      `The data folder ${folder} cannot be used (${(error as Error).message}): choose another DATA_DIR.`,
    );
  }
}

async function launchOnPort(
  server: Omit<ServerOptions, 'port'>,
  wanted: number,
): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 5; ; tries--) {
    const port = wanted || (await freePort());
    try {
      return { child: await launchServer({ ...server, port }), port };
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (wanted || tries === 1)
        throw new StartupError(
          `Port ${port}, for PostgreSQL, is in use: stop the process that uses it, or set another PORT_BASE.`,
        );
    }
  }
}

function superviseServer(
  server: ServerOptions,
  first: ChildProcess,
  passwords: Passwords,
  log: (line: string) => void,
  release: () => void,
): Cluster {
  let child = first;
  let stopping = false;
  let restarting: Promise<void> = Promise.resolve();
  const watch = (): void => {
    child.once('exit', (code, signal) => {
      if (!stopping) restarting = restart(signal ?? `code ${code}`);
    });
  };
  const restart = async (reason: string): Promise<void> => {
    log(`PostgreSQL ended (${reason}); starting it again`);
    for (let waitMs = 100; !stopping; waitMs = Math.min(waitMs * 2, 10_000)) {
      try {
        child = await launchServer(server);
        watch();
        log('PostgreSQL is back');
        return;
      } catch (error) {
        log(`PostgreSQL cannot be started again: ${(error as Error).message}`);
        await sleep(waitMs);
      }
    }
  };
  watch();
  const url = (database: string, role = database): string =>
    `postgresql://${role}:${passwords.of(role)}@127.0.0.1:${server.port}/${database}`;
  return {
    port: server.port,
    get pid() {
      return child.pid ?? 0;
    },
    adminUrl: url('postgres', superuser),
    url,
    passwordOf: (role) => passwords.of(role),
    async stop() {
      stopping = true;
      await restarting;
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGINT');
        const force = setTimeout(() => child.kill('SIGQUIT'), 15_000);
        await ended;
        clearTimeout(force);
      }
      release();
    },
  };
}
