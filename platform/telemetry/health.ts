import { within } from './within.ts';

/** Looks whether a dependency can be used now. Rejecting counts as no. */
export type Check = () => Promise<boolean>;

export interface HealthReport {
  readonly status: 'ready' | 'not ready';
  readonly dependencies: Readonly<Record<string, 'up' | 'down'>>;
}

const answerWithinMs = 2_000;

/** What a process needs in order to serve; the answer of `/health/ready`. `/health/live` asks nothing: a process that answers is alive. */
export class Health {
  readonly #checks = new Map<string, Check>();
  #draining = false;

  /** Adds a dependency. A check that takes longer than 2 s counts as down. */
  add(name: string, check: Check): void {
    this.#checks.set(name, check);
  }

  /** From now on not ready, whatever the dependencies: the process is about to stop, and load balancers should look elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  async report(): Promise<HealthReport> {
    const states = await Promise.all([...this.#checks].map(async ([name, check]) => [name, (await isUp(check)) ? 'up' : 'down'] as const));
    const ready = !this.#draining && states.every(([, state]) => state === 'up');
    return { status: ready ? 'ready' : 'not ready', dependencies: Object.fromEntries(states) };
  }
}

async function isUp(check: Check): Promise<boolean> {
  try {
    return await within(answerWithinMs, check, () => false);
  } catch {
    return false;
  }
}
