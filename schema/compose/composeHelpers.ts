import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What a helper is told: the channels to compose, and a number for each, which is 1 once somebody has it. */
export interface HelperTask {
  readonly names: readonly string[];
  readonly claimed: Int32Array;
}

/** Whether nobody else has the channel. */
export const claim = ({ names, claimed }: HelperTask, name: string): boolean => {
  const index = names.indexOf(name);
  return index < 0 || Atomics.compareExchange(claimed, index, 0, 1) === 0;
};

/**
 * Threads that compose contracts beside this one and keep what they made, where there is a processor for them. A
 * contract takes a third of a second, and a change of a subgraph touches each. A helper that fails only costs time.
 */
export class ComposeHelpers {
  readonly #task: HelperTask;
  readonly #workers: readonly Worker[];
  readonly #ends: readonly Promise<unknown>[];

  constructor(names: readonly string[]) {
    this.#task = { names, claimed: new Int32Array(new SharedArrayBuffer(4 * names.length)) };
    // One contract is composed before a helper has loaded what it needs.
    const count = Math.min(availableParallelism() - 1, names.length - 1, 3);
    this.#workers = Array.from({ length: Math.max(count, 0) }, () => {
      const worker = new Worker(new URL('./composeWorker.ts', import.meta.url), {
        workerData: this.#task,
        execArgv: ['--import', 'tsx'],
      });
      return worker;
    });
    this.#ends = this.#workers.map((worker) => once(worker, 'exit').catch(() => undefined));
  }

  /** Whether the caller composes it; otherwise a helper does, and has when it is `done`. */
  claim(name: string): boolean {
    return claim(this.#task, name);
  }

  async done(): Promise<void> {
    await Promise.all(this.#ends);
  }

  stop(): void {
    for (const worker of this.#workers) void worker.terminate();
  }
}
