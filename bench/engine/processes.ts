import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A gateway in a process of its own. */
export interface RunningProcess {
  readonly pid: number;
  end(): Promise<void>;
}

const root = new URL('../..', import.meta.url);

/**
 * Starts it, and waits until it says that it serves. `core` is the processor core on which it may run; if undefined,
 * any.
 */
export async function startProcess(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  core: number | undefined,
): Promise<RunningProcess> {
  const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
  const [file, ...args] = core !== undefined && hasTaskset ? ['taskset', '-c', String(core), ...command] : command;
  const child = spawn(file!, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await said(child, /serving|Listening/);
  return {
    pid: child.pid!,
    end: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
}

function said(child: ChildProcess, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (data: Buffer) => {
      if (what.test(data.toString())) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a process of the bench ended with ${code} before it served`)));
  });
}

/** What `pnpm gateway` runs: it becomes the gateway, so its process is the gateway's. */
export const gatewayCommand = ['sh', 'gateway/gateway.sh'];

const compared = fileURLToPath(new URL('../compared/', import.meta.url));

/**
 * The commands of Hive's gateway: as it comes, and with the planner of Hive's Rust router. It has 500 MB, too much for
 * a dependency: it is installed when the bench first asks for it, in the versions of `bench/compared`.
 */
export function hiveCommands(supergraph: string): Readonly<Record<string, readonly string[]>> {
  const file = join(compared, 'node_modules', '.bin', 'hive-gateway');
  if (!existsSync(file)) {
    console.log(`installing the gateways that ours is compared with (500 MB) into ${compared}`);
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: compared,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0)
      throw new Error('they could not be installed: run without --hive, or with a way to the registry.');
  }
  const command = [process.execPath, file, 'supergraph', supergraph, '--host', '127.0.0.1'];
  return {
    '@graphql-hive/gateway': command,
    'the same with its addon in Rust': [...command, '--config-path', join(compared, 'hiveWithAddon.mjs')],
  };
}

/**
 * User and system time of a process, in milliseconds: fields 14 and 15 of /proc/<pid>/stat, in ticks of 10 ms.
 * @throws Error for a process that is not Node, such as a script that waits for Node as its child: it takes no time
 */
export function cpuMs(pid: number): number {
  const program = basename(readlinkSync(`/proc/${pid}/exe`));
  if (program !== basename(process.execPath)) throw new Error(`the process to be measured is ${program}, not Node`);
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const megabytes = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
