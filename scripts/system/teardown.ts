import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import { within } from '#platform/telemetry/within.ts';

/** Whoever sends SIGTERM waits 30 s. */
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
  readonly #withinMs: number;
  #running: Promise<void> | undefined;
  /** Every step that was there has had its turn: nobody comes back for another. */
  #over = false;

  constructor(options: { readonly withinMs?: number } = {}) {
    this.#withinMs = options.withinMs ?? withinMs;
  }

  /** What comes while all is being stopped is stopped, too: a start that is cut short goes on for a while, and what it still begins would be left behind. */
  add(name: string, stop: () => unknown): void {
    if (this.#over) void this.#stop({ name, stop }, lateStepMs);
    else this.#steps.push({ name, stop });
  }

  /** Stops all, once, within 27 s. What cannot be stopped, or not in time, is told on standard error and does not keep the rest from stopping. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    const end = performance.now() + this.#withinMs;
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await this.#stop(step, Math.max(lateStepMs, end - performance.now()));
    this.#over = true;
  }

  async #stop({ name, stop }: Step, ms: number): Promise<void> {
    try {
      await within(ms, stop, () => { throw new Error('takes too long; it is left as it is'); });
    } catch (error) {
      console.error(`stopping ${name}: ${error instanceof Error ? messageWithoutValues(error) : String(error)}`);
    }
  }
}
