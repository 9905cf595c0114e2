import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import { within } from '#platform/telemetry/within.ts';

/**
 * How long stopping may take: less than the 30 s that a container platform waits after SIGTERM, and enough for the
 * longest drain (8 s) and the requests that a channel then still answers (18 s).
 */
const withinMs = 27_000;
/** How long a step may take whose turn comes when the time is over. */
const lateStepMs = 500;

interface Step {
  readonly name: string;
  readonly stop: () => unknown;
}

/** Collects how to stop what was started, and stops it in reverse order. */
export class Teardown {
  readonly #steps: Step[] = [];
  readonly #drains: Step[] = [];
  readonly #withinMs: number;
  #running: Promise<void> | undefined;
  /** True when all steps have been run: a step that is added later has to be run at once. */
  #over = false;

  constructor(options: { readonly withinMs?: number } = {}) {
    this.#withinMs = options.withinMs ?? withinMs;
  }

  /**
   * Adds a step. A step that is added while everything is being stopped is run, too: an interrupted start goes on for a
   * while, and what it still starts must not be left running.
   */
  add(name: string, stop: () => unknown): void {
    if (this.#over) void this.#stop({ name, stop }, lateStepMs);
    else this.#steps.push({ name, stop });
  }

  /** Adds something to do before anything is stopped, if `run` is told to drain. All drains run at the same time. */
  drainFirst(name: string, drain: () => unknown): void {
    this.#drains.push({ name, stop: drain });
  }

  /**
   * Stops everything, once, within 27 s. A step that fails, or takes too long, is reported on standard error and does
   * not keep the others from being run. With `drain`, load balancers first get time to turn away; a process that ends
   * by an error does not drain, because no more requests should come to it.
   */
  run({ drain = false }: { readonly drain?: boolean } = {}): Promise<void> {
    this.#running ??= this.#stopAll(drain);
    return this.#running;
  }

  async #stopAll(drain: boolean): Promise<void> {
    const end = performance.now() + this.#withinMs;
    if (drain) await Promise.all(this.#drains.map((each) => this.#stop(each, this.#withinMs)));
    for (let step = this.#steps.pop(); step; step = this.#steps.pop())
      await this.#stop(step, Math.max(lateStepMs, end - performance.now()));
    this.#over = true;
  }

  async #stop({ name, stop }: Step, ms: number): Promise<void> {
    try {
      await within(ms, stop, () => {
        throw new Error('it takes too long and is left as it is');
      });
    } catch (error) {
      console.error(`stopping ${name}: ${error instanceof Error ? messageWithoutValues(error) : String(error)}`);
    }
  }
}
