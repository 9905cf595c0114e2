import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';
import type { Fault } from './steps.ts';
import type { Watcher } from './watchers.ts';

/** Causes the faults of a history, and counts them. */
export class Faults {
  /** How often each kind of fault was caused. Kills are counted by the process that was killed. */
  readonly counts = new Map<string, number>();
  readonly #stage: Stage;
  readonly #watchers: readonly Watcher[];
  readonly #duplicate: (count: number) => Promise<void>;
  /** Faults that last for a time. They end by themselves. */
  #lasting: Promise<void>[] = [];
  #isBrokerDown = false;

  constructor(stage: Stage, watchers: readonly Watcher[], duplicate: (count: number) => Promise<void>) {
    this.#stage = stage;
    this.#watchers = watchers;
    this.#duplicate = duplicate;
  }

  async inflict(fault: Fault): Promise<void> {
    const { actors, cluster } = this.#stage;
    const what = fault.kind === 'kill' ? `${fault.target} killed` : names[fault.kind];
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    switch (fault.kind) {
      case 'kill':
        return this.#stage.actor(fault.target, fault.which).kill();
      case 'relay':
        return [...actors.owner, ...actors.writer].forEach(({ pid }) => signal(pid, 'SIGUSR2'));
      case 'freeze':
        return this.#freeze(this.#stage.actor(fault.target, fault.which).pid, fault.ms);
      case 'broker':
        return this.#takeBroker(fault.downMs);
      case 'database':
        return signal(cluster.pid, 'SIGKILL');
      case 'databaseStop':
        return void this.#lasting.push(this.#stopDatabase(fault.ms));
      case 'cut':
        return this.#watchers[fault.which % this.#watchers.length]!.cut();
      case 'crash':
        return this.#watchers[fault.which % this.#watchers.length]!.crash();
      case 'duplicate':
        return this.#duplicate(fault.count);
    }
  }

  /** Resolves when all faults have ended. Processes that were killed may still be starting. */
  async over(): Promise<void> {
    await Promise.all(this.#lasting);
    this.#lasting = [];
  }

  #freeze(pid: number, ms: number): void {
    signal(pid, 'SIGSTOP');
    this.#lasting.push(sleep(ms).then(() => signal(pid, 'SIGCONT')));
  }

  /** Stops the database server again and again during this time. It is started again at once each time. */
  async #stopDatabase(ms: number): Promise<void> {
    const { cluster } = this.#stage;
    const end = performance.now() + ms;
    for (let last = 0; last === 0 || performance.now() < end; await sleep(50)) {
      if (cluster.pid === last) continue;
      last = cluster.pid;
      signal(last, 'SIGQUIT');
    }
  }

  async #takeBroker(ms: number): Promise<void> {
    if (this.#isBrokerDown) return;
    this.#isBrokerDown = true;
    const { broker } = this.#stage;
    await broker.down();
    this.#lasting.push(
      sleep(ms)
        .then(() => broker.up())
        .then(() => {
          this.#isBrokerDown = false;
        }),
    );
  }
}

const names = {
  relay: 'relay told to die',
  freeze: 'stopped for a while',
  broker: 'broker down',
  database: 'database killed',
  databaseStop: 'database stopped',
  cut: 'client cut',
  crash: 'client killed',
  duplicate: 'published again',
};

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process was killed in the meantime.
  }
}
