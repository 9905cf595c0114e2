import { messageWithoutValues } from '#platform/telemetry/loggableError.ts';

/** How to stop what was started, in the reverse of the order in which it was. */
export class Teardown {
  readonly #steps: { readonly name: string; readonly stop: () => unknown }[] = [];
  #running: Promise<void> | undefined;

  add(name: string, stop: () => unknown): void {
    this.#steps.push({ name, stop });
  }

  /** Stops all, once. What cannot be stopped is told on standard error and does not keep the rest from stopping. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    for (const { name, stop } of this.#steps.reverse()) {
      try {
        await stop();
      } catch (error) {
        console.error(`stopping ${name}: ${error instanceof Error ? messageWithoutValues(error) : String(error)}`);
      }
    }
  }
}
