import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtScript } from '#platform/testkit/builtScript.ts';
import { until } from '#platform/testkit/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface RunningCommand {
  readonly pid: number;
  /** All it printed so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when a line of standard output matches; rejects when the command ends first. */
  printed(pattern: RegExp): Promise<string>;
  /** Sends a signal and waits for the end. */
  signal(signal: NodeJS.Signals): Promise<number | null>;
  /** The exit code, once it has ended; null after a signal that it did not handle. */
  ended(): Promise<number | null>;
}

/**
 * Runs a script of ours as a user would, with this environment besides PATH and HOME: nothing of the test run leaks
 * into it. `folder`: of another copy of the repository.
 */
export function command(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string = root,
): RunningCommand {
  return run(script, ['--import', 'tsx', join(folder, 'scripts', `${script}.ts`), ...args], env, folder);
}

/**
 * As `command`, of this repository, where it is not the command that is tested: from a bundle, which starts with a
 * third of the work.
 */
export async function builtCommand(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningCommand> {
  return run(script, [await builtScript(join(root, 'scripts', `${script}.ts`)), ...args], env, root);
}

function run(
  script: string,
  line: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): RunningCommand {
  const child: ChildProcess = spawn(process.execPath, line, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const end = once(child, 'close').then(([code]) => code as number | null);
  let over = false;
  void end.then(() => (over = true));
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void end.then(() => process.off('exit', killWithUs));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: async (pattern) => {
      const line = () => stdout.split('\n').find((each) => pattern.test(each));
      await until(() => over || line() !== undefined, {
        timeoutMs: 200_000,
        what: `${script} prints ${pattern}; it printed:\n${stdout}${stderr}`,
      });
      const found = line();
      if (found === undefined) throw new Error(`${script} ended without printing ${pattern}:\n${stdout}${stderr}`);
      return found;
    },
    signal: (signal) => {
      child.kill(signal);
      return end;
    },
    ended: () => end,
  };
}
