import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';
import { within } from '#platform/telemetry/within.ts';

/** Whoever sends SIGTERM waits 30 s. */
const withinMs = 27_000;
/** For a step whose turn comes when the time is over. */
const lateStepMs = 500;

/** How to stop what was started, in the reverse of the order in which it was. */
export class Teardown {
  readonly #steps: { readonly name: string; readonly stop: () => unknown }[] = [];
  readonly #withinMs: number;
  #running: Promise<void> | undefined;

  constructor(options: { readonly withinMs?: number } = {}) {
    this.#withinMs = options.withinMs ?? withinMs;
  }

  add(name: string, stop: () => unknown): void {
    this.#steps.push({ name, stop });
  }

  /** Stops all, once, within 27 s. What cannot be stopped, or not in time, is told on standard error and does not keep the rest from stopping. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    const end = performance.now() + this.#withinMs;
    for (const { name, stop } of this.#steps.reverse()) {
      try {
        await within(Math.max(lateStepMs, end - performance.now()), stop, () => { throw new Error('takes too long; it is left as it is'); });
      } catch (error) {
        console.error(`stopping ${name}: ${error instanceof Error ? messageWithoutValues(error) : String(error)}`);
      }
    }
  }
}
