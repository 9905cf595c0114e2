import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '#platform/config/startupError.ts';
import { lastLine } from './dataFolder.ts';
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
}

export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Starts the server and resolves when it accepts connections, also after it had to recover. */
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
    // The backends of a server that was killed take a moment to notice.
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
 * Ends a server that an earlier run left behind (one that was killed where nothing ties the two together). The caller
 * owns the folder, so nobody uses it.
 */
export async function stopLeftOver(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, 'utf8').split('\n')[0]);
  if (!isServerOf(pid, data)) {
    // Its process id may by now belong to somebody else, on account of whom PostgreSQL would refuse to start.
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
    unix_socket_directories: '',
    max_connections: options.maxConnections,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '1GB',
    // Without fsync a killed server still keeps every acknowledged commit; a power cut would not.
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
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
    // A group of its own: Ctrl-C is for us, and we stop the server last.
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

/** Undefined once the server is ready; when it ended, why as far as known without its log ('' otherwise). */
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
