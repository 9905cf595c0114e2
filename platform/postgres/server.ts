import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '#platform/config/startupError.ts';
import { lastLine } from './dataFolder.ts';
import { canHoldSocket } from './localSocket.ts';
import type { ServerUser } from './serverUser.ts';

const startLimitMs = 60_000;
const maxLogBytes = 10_000_000;

export interface ServerOptions {
  readonly postgres: string;
  readonly user: ServerUser;
  readonly data: string;
  readonly logFile: string;
  readonly port: number;
  readonly durable: boolean;
  readonly maxConnections: number;
  readonly settings: Readonly<Record<string, string | number>>;
}

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Starts the server; resolves when it accepts connections, even if it has to recover from a crash first. */
export async function launchServer(options: ServerOptions): Promise<ChildProcess> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const from =
      existsSync(options.logFile) && statSync(options.logFile).size < maxLogBytes ? statSync(options.logFile).size : 0;
    const child = spawnServer(options, from === 0);
    const failure = await ready(child, options.data, deadline);
    if (failure === undefined) return child;
    const said = failure || readFileSync(options.logFile, 'utf8').slice(from);
    if (/Address already in use|could not create any TCP\/IP sockets/.test(said)) throw new PortTaken();
    // The backends of a server that was killed may still be there: they take a moment to notice that it is gone.
    const straggling = /shared memory block .* still in use|lock file ".*" already exists/s.test(said);
    if (!straggling || Date.now() > deadline) {
      throw new StartupError(
        `PostgreSQL does not start on ${options.data}: ${lastLine(said)} (see ${options.logFile}); "start --fresh" begins anew.`,
      );
    }
    await sleep(100);
  }
}

/**
 * Stops a server that an earlier run left behind, because that run was killed on a system that cannot tie the server's
 * life to it. The caller must own the folder, so nobody else uses the server.
 */
export async function stopLeftOver(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
  if (!isServerOf(pid, data)) {
    // The process id in the file may belong to another program by now, and PostgreSQL would then refuse to start.
    rmSync(path, { force: true });
    return;
  }
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 2_000],
  ] as const) {
    process.kill(pid, signal);
    const until = Date.now() + waitMs;
    while (Date.now() < until) {
      if (!isServerOf(pid, data)) return;
      await sleep(20);
    }
  }
  throw new StartupError(`An earlier PostgreSQL (process ${pid}) still uses ${data}: stop it and start again.`);
}

function isServerOf(pid: number, data: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    return false;
  }
}

function spawnServer(options: ServerOptions, freshLog: boolean): ChildProcess {
  const settings: Record<string, string | number> = {
    port: options.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: canHoldSocket(options.data, options.port) ? options.data : '',
    max_connections: options.maxConnections,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '1GB',
    // Without fsync, acknowledged commits survive a killed server, but not a power cut.
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  const [program = options.postgres, ...args] = [
    ...options.user.prefix,
    options.postgres,
    '-D',
    options.data,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const log = openSync(options.logFile, freshLog ? 'w' : 'a', 0o600);
  try {
    // The server gets a process group of its own, so that Ctrl-C does not reach it: we stop it last.
    return spawn(program, args, {
      stdio: ['ignore', log, log],
      detached: true,
      uid: options.user.uid,
      gid: options.user.gid,
      env: { ...process.env, LC_ALL: 'C' },
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Resolves with undefined when the server is ready, or, when it has ended, with the reason ('' if only the log has it).
 */
async function ready(child: ChildProcess, data: string, deadline: number): Promise<string | undefined> {
  let failure: string | undefined;
  child.once('error', (error) => (failure = `FATAL: ${error.message}`));
  child.once('exit', () => (failure ??= ''));
  const path = join(data, 'postmaster.pid');
  while (failure === undefined) {
    // postmaster.pid: line 1 is the process id, line 8 its state.
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return undefined;
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      return 'FATAL: not ready within a minute';
    }
    await sleep(10);
  }
  return failure;
}
