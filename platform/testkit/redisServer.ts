import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { freePortBlock } from './freePortBlock.ts';
import { until } from './until.ts';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number | undefined;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** The server of this machine (valkey-server or redis-server of a package); undefined if it has none. */
export const redisCommand = (): string | undefined =>
  ['valkey-server', 'redis-server'].find((command) => spawnSync(command, ['--version']).status === 0);

/** Starts a Valkey or Redis of this machine that keeps nothing. Resolves when it answers. */
export async function startRedis(
  options: { readonly port?: number; readonly password?: string } = {},
): Promise<RedisServer> {
  const command = redisCommand();
  if (command === undefined) throw new Error('neither valkey-server nor redis-server is on this machine');
  const port = options.port ?? (await freePortBlock(1));
  const child = spawn(
    command,
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      ...(options.password === undefined ? [] : ['--requirepass', options.password]),
    ],
    { stdio: 'ignore' },
  );
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  await until(() => answers(port));
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    async stop(signal = 'SIGTERM') {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      // A server that was halted hears no other signal before it goes on.
      child.kill('SIGCONT');
      await ended;
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
