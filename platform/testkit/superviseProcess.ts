import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { builtScript } from './builtScript.ts';
import { until } from './until.ts';

export interface SuperviseOptions {
  /** A TypeScript file, which is run as a bundle (see `builtScript`), and its arguments. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The process is ready once a line of its output matches. */
  readonly ready: RegExp;
  /**
   * Start it again whenever it ends by itself or by a signal; default true. The environment of later starts may differ.
   */
  readonly restart?: boolean;
  readonly envOfRestart?: Readonly<Record<string, string | undefined>>;
}

export interface SupervisedProcess {
  /** Id of the running process; it changes with each start. */
  readonly pid: number;
  /** How often it was started. */
  readonly starts: number;
  /** Everything it printed, over all starts. */
  readonly output: string;
  /**
   * The line by which start number `start` (default: the latest) said that it is ready. It has three minutes, unless
   * told.
   */
  whenReady(start?: number, timeoutMs?: number): Promise<string>;
  /** Sends a signal; resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it for good: SIGTERM, and SIGKILL after 10 s. */
  stop(): Promise<void>;
}

/**
 * Runs a process as a supervisor would: it is started again when it dies. It ends with the test process, even if that
 * is killed.
 */
export function superviseProcess(options: SuperviseOptions): SupervisedProcess {
  let child: ChildProcess | undefined;
  let starts = 0;
  let output = '';
  let stopped = false;
  const readyLines = new Map<number, string>();

  const start = (script: string): void => {
    const number = ++starts;
    const command = [process.execPath, script, ...(options.args ?? [])];
    const [program = '', ...args] = existsSync('/usr/bin/setpriv')
      ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--', ...command]
      : command;
    const env = { ...process.env, ...options.env, ...(number > 1 ? options.envOfRestart : {}) };
    const begun = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = begun;
    let pending = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const lines = (pending + chunk.toString()).split('\n');
      pending = lines.pop() ?? '';
      const line = lines.find((each) => options.ready.test(each));
      if (line !== undefined && !readyLines.has(number)) readyLines.set(number, line);
    };
    begun.stdout.on('data', read);
    begun.stderr.on('data', read);
    begun.once('exit', (code, signal) => {
      output += `[process ${number} ended: ${signal ?? code}]\n`;
      if (!stopped && options.restart !== false) start(script);
    });
  };
  const killOnExit = (): void => void child?.kill('SIGKILL');
  process.once('exit', killOnExit);
  const started = builtScript(options.script, options.restart === false ? 'outside' : 'bundled').then((script) => {
    if (!stopped) start(script);
  });
  // Whoever waits for the process is told that it could not be built.
  started.catch(() => undefined);

  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    await started.catch(() => undefined);
    const target = child;
    if (!target || target.exitCode !== null || target.signalCode !== null) return;
    const gone = once(target, 'exit');
    target.kill(signal);
    await gone;
  };
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    get starts() {
      return starts;
    },
    get output() {
      return output;
    },
    async whenReady(number, timeoutMs = 180_000) {
      await started;
      return until(() => readyLines.get(number ?? starts), {
        timeoutMs,
        what: () => `${options.script} is ready; it printed:\n${output.slice(-2000)}`,
      });
    },
    kill,
    async stop() {
      stopped = true;
      const force = setTimeout(() => child?.kill('SIGKILL'), 10_000);
      await kill('SIGTERM');
      clearTimeout(force);
      process.off('exit', killOnExit);
    },
  };
}
