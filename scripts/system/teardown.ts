import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import { within } from '#platform/telemetry/within.ts';

/** Whoever sends SIGTERM waits 30 s. Enough for the longest drain (8 s) and what a channel then has in hand (18 s). */
const withinMs = 27_000;
/** For a step whose turn comes when the time is over. */
const lateStepMs = 500;

interface Step {
  readonly name: string;
  readonly stop: () => unknown;
}

/** How to stop what was started, in the reverse of the order in which it was. */
export class Teardown {
  readonly #steps: Step[] = [];
  readonly #drains: Step[] = [];
  readonly #withinMs: number;
  #running: Promise<void> | undefined;
  /** Every step that was there has had its turn: nobody comes back for another. */
  #over = false;

  constructor(options: { readonly withinMs?: number } = {}) {
    this.#withinMs = options.withinMs ?? withinMs;
  }

  /**
   * What comes while all is being stopped is stopped, too: a start that is cut short goes on for a while, and what it
   * still begins would be left behind.
   */
  add(name: string, stop: () => unknown): void {
    if (this.#over) void this.#stop({ name, stop }, lateStepMs);
    else this.#steps.push({ name, stop });
  }

  /** What is done before anything stops, all at once, where a stop was asked for: see `run`. */
  drainFirst(name: string, drain: () => unknown): void {
    this.#drains.push({ name, stop: drain });
  }

  /**
   * Stops all, once, within 27 s. What cannot be stopped, or not in time, is told on standard error and does not keep
   * the rest from stopping. `drain`: first lets balancers see that it will. A process that an error ends does not: it
   * is in a state that nobody should be sent to.
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
        throw new Error('takes too long; it is left as it is');
      });
    } catch (error) {
      console.error(`stopping ${name}: ${error instanceof Error ? messageWithoutValues(error) : String(error)}`);
    }
  }
}
