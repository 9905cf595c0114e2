import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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

const hive = '@graphql-hive/gateway@2.15.1';

/**
 * The folder of that gateway. It has 500 MB, too much for a dependency, so it is downloaded once, when the bench asks
 * for it.
 */
export function hiveCommand(): string {
  const folder = join(tmpdir(), 'drburger-bench-hive');
  const file = join(folder, 'node_modules', '.bin', 'hive-gateway');
  if (existsSync(file)) return file;
  console.log(`fetching ${hive} (500 MB) into ${folder}`);
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, hive], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`${hive} could not be fetched: run without --hive, or with a way to the registry.`);
  return file;
}

/** User and system time of a process, in milliseconds: fields 14 and 15 of /proc/<pid>/stat, in ticks of 10 ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const megabytes = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
