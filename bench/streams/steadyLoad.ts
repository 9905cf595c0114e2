import type { Happening } from './benchDomain.ts';
import type { ConnectOrder } from './load.ts';
import { percentile, type FigureSpec, type Measured } from './figures.ts';
import { Rig, authorizations, type Delivered, type Span, type Surroundings, type System } from './rig.ts';

export interface SteadyLoad {
  readonly subscribers: number;
  readonly documents: readonly string[];
  readonly id: string;
  readonly idPerClient: boolean;
  readonly callers: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly happeningOf: (at: number) => Omit<Happening, 'at'>;
  readonly hearersOfEach: number;
  readonly profile: boolean;
}

export const steadyFigures = (aimed: boolean): FigureSpec[] => [
  { name: 'commit to last subscriber, p50', unit: 'ms' },
  { name: 'commit to last subscriber, p99', unit: 'ms', ...(aimed ? { aim: { kind: 'below', bound: 150 } } : {}) },
  { name: 'CPU per delivered message', unit: 'µs', ...(aimed ? { aim: { kind: 'timesLess', times: 5 } } : {}) },
  { name: 'loop delay, p99', unit: 'ms' },
  { name: 'loop delay, max', unit: 'ms', ...(aimed ? { aim: { kind: 'below', bound: 30 } } : {}) },
  { name: 'memory per idle socket', unit: 'KB', ...(aimed ? { aim: { kind: 'below', bound: 12 } } : {}) },
  { name: 'heap per idle socket', unit: 'KB' },
  { name: 'delivered', unit: '%' },
];

const idleSeconds = 3;
/** How long clients get events at the same pace before the measurement begins. */
const warmUpSeconds = 2;

/**
 * Subscribers connect, idle, then hear events at a steady pace. Their memory is that of the server after collecting
 * garbage, less the same before they came.
 */
export async function steadyLoad(system: System, around: Surroundings, load: SteadyLoad): Promise<Measured> {
  const rig = await Rig.start(system, around);
  try {
    const before = await rig.settle();
    const order: Omit<ConnectOrder, 'port' | 'from' | 'atOnce'> = {
      count: load.subscribers,
      documents: load.documents,
      id: load.id,
      idPerClient: load.idPerClient,
      authorizations: await authorizations(around, load.callers),
    };
    await rig.connect(order);
    const connected = await rig.settle();
    if (!around.pingCosts.has(system)) around.pingCosts.set(system, await rig.pingCost());
    const perSocket = (bytes: number) => bytes / 1_024 / load.subscribers;
    return {
      'memory per idle socket': perSocket(connected.rss - before.rss),
      'heap per idle socket': perSocket(connected.heap - before.heap),
      ...(await underLoad(rig, load, around.pingCosts.get(system)!)),
    };
  } finally {
    await rig.end();
  }
}

async function underLoad(rig: Rig, load: SteadyLoad, pingCost: number): Promise<Measured> {
  const { eventsPerSecond, happeningOf, hearersOfEach, profile } = load;
  const publish = (seconds: number, call: 'happen' | 'ignore' = 'happen') =>
    rig.publish(eventsPerSecond, (count) => count < seconds * eventsPerSecond, happeningOf, call);
  await rig.record();
  await rig.delivered(await publish(warmUpSeconds), hearersOfEach);
  // Events reach the server in both spans, so that only the work on them makes the difference.
  const idle = await rig.span(() => publish(idleSeconds, 'ignore'));
  if (profile) await rig.server.call('beginProfile');
  await rig.record();
  await rig.server.call('watchLoop');
  let published: readonly number[] = [];
  let events: readonly Delivered[] = [];
  const busy = await rig.span(async () => {
    published = await publish(load.seconds);
    events = await rig.delivered(published, hearersOfEach);
  });
  const loop = await rig.server.call('loopDelay');
  if (profile) await rig.printProfile();
  const delivered = events.reduce((sum, event) => sum + event.delivered, 0);
  const last = events.filter((event) => event.delivered > 0).map(({ lastMs }) => lastMs);
  const ownCpu = ({ cpu, pings }: Span) => cpu - pings * pingCost;
  return {
    'commit to last subscriber, p50': percentile(last, 0.5),
    'commit to last subscriber, p99': percentile(last, 0.99),
    'CPU per delivered message': (ownCpu(busy) - (ownCpu(idle) * busy.seconds) / idle.seconds) / delivered,
    'loop delay, p99': loop.p99,
    'loop delay, max': loop.max,
    delivered: (100 * delivered) / (hearersOfEach * published.length),
  };
}
