import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '#platform/config/startupError.ts';
import { startKafkaProcess, stopKafkaProcess } from '#platform/localBroker/kafkaProcess.ts';
import { startCluster } from '#platform/postgres/startCluster.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { redisCommand, startRedis } from '#platform/testkit/redisServer.ts';
import type { ComposeService } from './composeFile.ts';
import type { Address } from './composeService.ts';

/** A server that runs here without its image. It is restarted when it has ended, as the file says. */
export interface StandIn {
  readonly address: Required<Address>;
  /** Undefined while the server is being restarted. */
  readonly pid: number | undefined;
  /**
   * Ends the server at once: PostgreSQL as by `pg_ctl stop -m immediate`, the broker by SIGKILL. Resolves when it
   * accepts connections again, on the data that it left.
   */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** The folder for all data of this run. */
  readonly folder: string;
  readonly hear: (line: string) => void;
}

/**
 * The servers that can run without their images, by their names in the file. Valkey is among them where it, or Redis,
 * is installed: without it each service counts rates by itself.
 */
export const standIns: Readonly<
  Record<string, (service: ComposeService, options: StandInOptions) => Promise<StandIn>>
> = {
  postgres: startPostgres,
  kafka: startKafka,
  ...(redisCommand() === undefined ? {} : { valkey: startValkey }),
};

async function startPostgres({ environment }: ComposeService, { folder, hear }: StandInOptions): Promise<StandIn> {
  const dataDir = join(folder, 'postgres');
  mkdirSync(dataDir, { recursive: true });
  // The superuser's password is the one in the file, which the image's entry point would set. It matters only at the
  // first start, which makes the cluster.
  const password =
    environment?.['POSTGRES_PASSWORD'] || (environment?.['PROFILE'] === 'development' ? 'postgres' : undefined);
  if (password === undefined)
    throw new StartupError('POSTGRES_PASSWORD is missing in the production profile: "keys:make" makes one.');
  const kept = join(dataDir, 'passwords.json');
  try {
    writeFileSync(kept, JSON.stringify({ postgres: String(password) }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const cluster = await startCluster({ dataDir, maxConnections: 400, durable: false, log: hear });
  return {
    address: { host: '127.0.0.1', port: cluster.port },
    get pid() {
      return cluster.pid;
    },
    async crash() {
      const before = cluster.pid;
      process.kill(before, 'SIGQUIT');
      while (cluster.pid === before) await pause(50);
    },
    stop: () => cluster.stop(),
  };
}

async function startKafka(_: ComposeService, { folder, hear }: StandInOptions): Promise<StandIn> {
  const port = await freePortBlock(2);
  const begin = () =>
    startKafkaProcess({ folder: join(folder, 'kafka'), port, controllerPort: port + 1, progress: hear });
  let child = await begin();
  let stopping = false;
  let restarting: Promise<void> = Promise.resolve();
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const beginAgain = async (): Promise<void> => {
    while (!stopping && !isRunning()) {
      try {
        child = await begin();
        watch();
      } catch (error) {
        hear((error as Error).message);
        await pause(1_000);
      }
    }
  };
  const watch = (): void => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      hear(`the broker ended: ${signal ?? code}`);
      restarting = beginAgain();
    });
  };
  watch();
  return {
    address: { host: '127.0.0.1', port },
    get pid() {
      return isRunning() ? child.pid : undefined;
    },
    async crash() {
      const before = child;
      await stopKafkaProcess(before, 'SIGKILL');
      while (child === before) await pause(50);
    },
    async stop() {
      stopping = true;
      await restarting;
      await stopKafkaProcess(child);
    },
  };
}

async function startValkey(): Promise<StandIn> {
  let server = await startRedis();
  const { port } = server;
  return {
    address: { host: '127.0.0.1', port },
    get pid() {
      return server.pid;
    },
    async crash() {
      await server.stop('SIGKILL');
      server = await startRedis({ port });
    },
    stop: () => server.stop(),
  };
}
