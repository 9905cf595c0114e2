import type { Pace } from './measuredServer.ts';
import { percentile, type FigureSpec, type Measured } from './figures.ts';
import { Rig, authorizations, type Delivered, type Span, type Surroundings, type System } from './rig.ts';

export interface SteadyLoad {
  readonly subscribers: number;
  readonly documents: readonly string[];
  readonly callers: number;
  readonly events: Omit<Pace, 'seconds' | 'isIdle'>;
  readonly hearersOfEach: number;
  /** Of each span. */
  readonly seconds: number;
  readonly turns: number;
  readonly profile: boolean;
}

export const steadyFigures = (aimed: boolean): FigureSpec[] => [
  { name: 'commit to last subscriber, p50', unit: 'ms' },
  { name: 'commit to last subscriber, p99', unit: 'ms', ...(aimed ? { aim: { kind: 'below', bound: 150 } } : {}) },
  { name: 'CPU per delivered message', unit: 'µs', ...(aimed ? { aim: { kind: 'timesLess', times: 5 } } : {}) },
  { name: 'the same, least of the turns', unit: 'µs' },
  { name: 'the same, most of the turns', unit: 'µs' },
  { name: 'the same, of the main thread', unit: 'µs' },
  { name: 'CPU idle, taken off', unit: 'ms/s' },
  { name: 'CPU of the clients, per message', unit: 'µs' },
  { name: 'loop delay, p99', unit: 'ms' },
  { name: 'loop delay, max', unit: 'ms', ...(aimed ? { aim: { kind: 'below', bound: 30 } } : {}) },
  { name: 'memory per idle socket', unit: 'KB', ...(aimed ? { aim: { kind: 'below', bound: 12 } } : {}) },
  { name: 'heap per idle socket', unit: 'KB' },
  { name: 'delivered', unit: '%' },
];

/** So many messages are delivered before anything is measured, quickly, until the code for them is compiled. */
const warmUpMessages = 10_000;
const warmUpPerSecond = 1_000;

/** Of one turn of one server: a span in which events are made and dropped, and one in which they are delivered. */
interface Turn {
  readonly idle: Span;
  readonly busy: Span;
  readonly clientsCpu: number;
  readonly events: readonly Delivered[];
  readonly published: number;
  readonly loop: { readonly p99: number; readonly max: number };
}

/**
 * Both servers have their subscribers connected at once, and take turns: what else the machine does meets both. In each
 * turn a server is measured idle, then with events. Neither pings its clients, because pings fall into one of the two
 * spans or the other.
 */
export async function steadyLoads(
  systems: readonly System[],
  around: Surroundings,
  load: SteadyLoad,
): Promise<Partial<Record<System, Measured>>> {
  const runs: SteadyRun[] = [];
  try {
    for (const system of systems) runs.push(await SteadyRun.start(system, around, load));
    for (let turn = 0; turn < load.turns; turn += 1) for (const run of runs) await run.turn(turn === load.turns - 1);
    return Object.fromEntries(runs.map((run) => [run.system, run.figures()]));
  } finally {
    for (const run of runs) await run.end();
  }
}

class SteadyRun {
  readonly system: System;
  readonly #rig: Rig;
  readonly #load: SteadyLoad;
  readonly #memory: Measured;
  readonly #turns: Turn[] = [];

  private constructor(system: System, rig: Rig, load: SteadyLoad, memory: Measured) {
    this.system = system;
    this.#rig = rig;
    this.#load = load;
    this.#memory = memory;
  }

  /** Its memory is that of the server after collecting garbage, less the same before the subscribers came. */
  static async start(system: System, around: Surroundings, load: SteadyLoad): Promise<SteadyRun> {
    const rig = await Rig.start(system, around, { pings: false });
    try {
      const before = await rig.settle();
      await rig.connect({
        count: load.subscribers,
        documents: load.documents,
        id: load.events.id,
        idPerClient: load.events.ids !== undefined,
        authorizations: await authorizations(around, load.callers),
      });
      const connected = await rig.settle();
      const perSocket = (bytes: number) => bytes / 1_024 / load.subscribers;
      const run = new SteadyRun(system, rig, load, {
        'memory per idle socket': perSocket(connected.rss - before.rss),
        'heap per idle socket': perSocket(connected.heap - before.heap),
      });
      await run.#warmUp();
      return run;
    } catch (error) {
      await rig.end();
      throw error;
    }
  }

  async #warmUp(): Promise<void> {
    const { events, hearersOfEach } = this.#load;
    const perSecond = Math.max(events.perSecond, Math.ceil(warmUpPerSecond / hearersOfEach));
    const seconds = Math.ceil(warmUpMessages / hearersOfEach / perSecond) + 1;
    await this.#rig.record();
    await this.#rig.delivered(
      await this.#rig.play({ ...events, perSecond, seconds, isIdle: false }),
      hearersOfEach,
      seconds * 1_000,
    );
  }

  async turn(isLast: boolean): Promise<void> {
    const rig = this.#rig;
    const { events: pace, seconds, hearersOfEach, profile } = this.#load;
    // The garbage of what was before, a whole heap of it, is not that of a turn.
    await rig.settle();
    const idle = await rig.span(() => rig.play({ ...pace, seconds, isIdle: true }));
    await rig.record();
    await rig.server.call('watchLoop');
    if (profile && isLast) await rig.server.call('beginProfile');
    const clientsBefore = await rig.clientsCpu();
    let published: readonly number[] = [];
    let events: readonly Delivered[] = [];
    const busy = await rig.span(async () => {
      published = await rig.play({ ...pace, seconds, isIdle: false });
      events = await rig.delivered(published, hearersOfEach);
    });
    const clientsCpu = (await rig.clientsCpu()) - clientsBefore;
    if (profile && isLast) await rig.printProfile();
    const loop = await rig.server.call('loopDelay');
    this.#turns.push({ idle, busy, clientsCpu, events, loop, published: published.length });
  }

  figures(): Measured {
    const turns = this.#turns;
    const count = ({ events }: Pick<Turn, 'events'>) => events.reduce((sum, { delivered }) => sum + delivered, 0);
    const costsBy = (cpu: 'cpu' | 'mainCpu') =>
      turns.map((turn) => (turn.busy[cpu] - (turn.idle[cpu] * turn.busy.seconds) / turn.idle.seconds) / count(turn));
    const costs = costsBy('cpu');
    const last = turns
      .flatMap(({ events }) => events.filter(({ delivered }) => delivered > 0))
      .map(({ lastMs }) => lastMs);
    const sum = (of: (turn: Turn) => number) => turns.reduce((total, turn) => total + of(turn), 0);
    return {
      ...this.#memory,
      'commit to last subscriber, p50': percentile(last, 0.5),
      'commit to last subscriber, p99': percentile(last, 0.99),
      'CPU per delivered message': percentile(costs, 0.5),
      'the same, least of the turns': Math.min(...costs),
      'the same, most of the turns': Math.max(...costs),
      'the same, of the main thread': percentile(costsBy('mainCpu'), 0.5),
      'CPU idle, taken off': sum(({ idle }) => idle.cpu) / sum(({ idle }) => idle.seconds) / 1_000,
      'CPU of the clients, per message': sum(({ clientsCpu }) => clientsCpu) / sum(count),
      'loop delay, p99': percentile(
        turns.map(({ loop }) => loop.p99),
        0.5,
      ),
      'loop delay, max': Math.max(...turns.map(({ loop }) => loop.max)),
      delivered: (100 * sum(count)) / sum(({ published }) => published * this.#load.hearersOfEach),
    };
  }

  end(): Promise<void> {
    return this.#rig.end();
  }
}
