import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { milliseconds, type ComposeService } from './composeFile.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const preload = fileURLToPath(new URL('containerNetwork.mjs', import.meta.url));

/** The address that a name stands for. Without a port, the port that is asked for is used. */
export interface Address {
  readonly host: string;
  readonly port?: number;
}

export interface ServiceSurroundings {
  /** The bundle that the image runs; see `Dockerfile`. */
  readonly entry: string;
  readonly address: string;
  /** The addresses of the other services, by name. */
  readonly names: Readonly<Record<string, Address>>;
  /** The folders that stand for volumes, by the path at which each is mounted. */
  readonly mounts: Readonly<Record<string, string>>;
  /** The most files that a process of the service may have open. */
  readonly openFiles?: number;
  readonly hear: (line: string) => void;
  /** The service as the file and `.env` describe it now. @throws StartupError */
  readonly readAgain?: () => ComposeService;
}

export type State = 'waiting' | 'starting' | 'running' | 'healthy' | 'unhealthy' | 'ended' | 'failed' | 'stopped';

/**
 * Whether the service does a job and ends: such a service is restarted if it fails, but not if it ends well, and others
 * wait for its end.
 */
export const isUp = (state: State, { healthcheck, restart }: ComposeService): boolean =>
  state === 'healthy' || state === 'ended' || (!healthcheck && restart !== 'on-failure' && state === 'running');

/** What the image gives Node before the bundle. */
function flagsOfImage(): string[] {
  const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))!;
  return (JSON.parse(entry!) as string[]).filter((each) => each.startsWith('--'));
}

/** Runs one of our services as a process, which is started, watched, restarted and stopped as compose does it. */
export class RunningService {
  state: State = 'waiting';
  /** How often the process was started. */
  starts = 0;
  #service: ComposeService;
  readonly #around: ServiceSurroundings;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restartPauseMs = 100;

  constructor(service: ComposeService, around: ServiceSurroundings) {
    this.#service = service;
    this.#around = around;
  }

  get pid(): number | undefined {
    return this.#child?.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /** The exit code of a process that has ended by itself; null after a signal that it did not handle. */
  get exitCode(): number | null | undefined {
    return this.#child?.exitCode;
  }

  start(): void {
    this.starts += 1;
    this.state = this.#service.healthcheck ? 'starting' : 'running';
    const child = this.#spawn([
      process.execPath,
      ...flagsOfImage(),
      this.#around.entry,
      ...(this.#service.command ?? []),
    ]);
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!])
      createInterface({ input: stream }).on('line', this.#around.hear);
    child.once('exit', (code, signal) => void this.#ended(child, code, signal));
    void this.#lookAfter(child);
  }

  /** Sends a signal to the process, which is started again if the file says so. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Sends SIGTERM, and SIGKILL if the process has not ended within its `stop_grace_period`. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child && this.pid !== undefined) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), milliseconds(this.#service.stop_grace_period ?? '10s'));
      await gone;
      clearTimeout(force);
    }
    this.state = 'stopped';
  }

  /** What the service has in its environment by the file. */
  get #own(): Record<string, string | undefined> {
    const { mounts } = this.#around;
    const entries = Object.entries(this.#service.environment ?? {});
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...Object.fromEntries(entries.map(([key, value]) => [key, mounts[String(value)] ?? String(value)])),
    };
  }

  #spawn(command: readonly string[]): ChildProcess {
    const { address, names, openFiles } = this.#around;
    const env = {
      ...this.#own,
      COMPOSE_ADDRESS: address,
      COMPOSE_NAMES: JSON.stringify(names),
      NODE_OPTIONS: `--import ${preload}`,
    };
    const limited =
      openFiles === undefined ? command : ['/bin/sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command];
    const [program = '', ...args] = existsSync('/usr/bin/setpriv')
      ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--', ...limited]
      : limited;
    // The process has a group of its own, because Ctrl-C is for the runner, which stops all in order.
    return spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  async #ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.#stopping || child !== this.#child) return;
    this.state = code === 0 ? 'ended' : 'failed';
    const again =
      this.#service.restart === 'unless-stopped' ||
      this.#service.restart === 'always' ||
      (this.#service.restart === 'on-failure' && code !== 0);
    this.#around.hear(`[ended: ${signal ?? code}${again ? '; begins again, with .env as it then is' : ''}]`);
    if (!again) return;
    await pause(this.#restartPauseMs);
    this.#restartPauseMs = Math.min(this.#restartPauseMs * 2, 10_000);
    if (this.#stopping) return;
    this.#readAgain();
    this.start();
  }

  /** So that one service gets a new setting or key while the others go on, as with `docker compose up <service>`. */
  #readAgain(): void {
    try {
      this.#service = this.#around.readAgain?.() ?? this.#service;
    } catch (error) {
      this.#around.hear(`[as before: ${(error as Error).message}]`);
    }
  }

  /** Runs the health check of the file again and again, for as long as this process runs. */
  async #lookAfter(child: ChildProcess): Promise<void> {
    const check = this.#service.healthcheck;
    if (!check) return;
    const began = Date.now();
    for (
      let failures = 0;
      child === this.#child && !this.#stopping && child.exitCode === null && child.signalCode === null;
    ) {
      const late = Date.now() - began > milliseconds(check.start_period ?? '0s');
      if (await this.#isHealthy(check)) {
        failures = 0;
        this.#restartPauseMs = 100;
        this.state = 'healthy';
      } else if (late && ++failures >= (check.retries ?? 3)) this.state = 'unhealthy';
      // Until it is healthy, other services wait for it, so the check is made more often.
      await pause(this.state === 'healthy' ? milliseconds(check.interval ?? '30s') : 1_000);
    }
  }

  /**
   * Runs the check as a process. In a container 127.0.0.1 is the service itself; here it is the whole machine, so the
   * service's address is put in its place.
   */
  async #isHealthy({
    test: [kind, ...command],
    timeout = '30s',
  }: NonNullable<ComposeService['healthcheck']>): Promise<boolean> {
    const here = command.map((word) => word.replaceAll('127.0.0.1', this.#around.address));
    const [program = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...here] : here;
    const probe = spawn(program, args, {
      env: this.#own,
      stdio: 'ignore',
      timeout: milliseconds(timeout),
      killSignal: 'SIGKILL',
    });
    // If the shell does not exist, the service counts as not healthy.
    const [code] = (await once(probe, 'exit').catch(() => [1])) as [number | null];
    return code === 0;
  }
}
