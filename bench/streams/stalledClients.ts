import { setTimeout as pause } from 'node:timers/promises';
import { documents } from './benchGraph.ts';
import { percentile, type FigureSpec, type Measured } from './figures.ts';
import { Rig, authorizations, type Surroundings, type System } from './rig.ts';

export const stalledFigures = (aimed: boolean): FigureSpec[] => [
  { name: 'memory grows by', unit: 'MB', ...(aimed ? { aim: { kind: 'below', bound: 20 } } : {}) },
  { name: 'evicted', unit: '%' },
  { name: 'all evicted after', unit: 's' },
  { name: 'the others before, p99', unit: 'ms' },
  { name: 'the others meanwhile, p99', unit: 'ms' },
  { name: 'the others meanwhile, delivered', unit: '%' },
];

const fatPerSecond = 8;
const calmSeconds = 5;
/** After this time the kernel's buffers for a client that does not read are full. */
const fillingSeconds = 8;
const patienceSeconds = 32;

/**
 * All follow a small board, an event a second; twice the share that will stall follows a fat one, and half of those
 * stops reading. The kernel takes about 4 MB for each before the server notices. Memory is compared after collecting
 * garbage, which takes its time: the others are looked at before that.
 */
export async function stalledClients(system: System, around: Surroundings, count: number): Promise<Measured> {
  const rig = await Rig.start(system, around, { loads: 2 });
  try {
    const [slim, fat] = [rig.loads.slice(0, 1), rig.loads.slice(1)];
    const tokens = await authorizations(around, 1);
    const stalled = Math.ceil(count / 100);
    await rig.connect(
      { count, documents: [documents.board], authorizations: tokens, id: 'slim', idPerClient: false },
      slim,
    );
    await rig.connect(
      { count: 2 * stalled, documents: [documents.fatBoard], authorizations: tokens, id: 'fat', idPerClient: false },
      fat,
    );
    let goesOn = true;
    const fatPublishing = rig.publish(
      fatPerSecond,
      () => goesOn,
      () => ({ kind: 'board', id: 'fat' }),
    );
    const before = await meanwhile(rig, count, calmSeconds);
    const [open, calm] = [await rig.server.call('sockets'), await rig.server.call('collected')];
    await fat[0]!.call('stall', { from: 0, to: stalled });
    const began = performance.now();
    const after = await meanwhile(rig, count, fillingSeconds);
    const seen = { evicted: 0, growth: 0 };
    while (seen.evicted < stalled && performance.now() - began < patienceSeconds * 1_000) {
      seen.growth = Math.max(seen.growth, (await rig.server.call('collected')).rss - calm.rss);
      await pause(1_000);
      seen.evicted = open - (await rig.server.call('sockets'));
    }
    const seconds = (performance.now() - began) / 1_000;
    goesOn = false;
    await fatPublishing;
    return {
      'memory grows by': seen.growth / 1_048_576,
      evicted: (100 * seen.evicted) / stalled,
      'all evicted after': seen.evicted >= stalled ? seconds : undefined,
      'the others before, p99': before.p99,
      'the others meanwhile, p99': after.p99,
      'the others meanwhile, delivered': after.delivered,
    };
  } finally {
    await rig.end();
  }
}

async function meanwhile(
  rig: Rig,
  hearers: number,
  seconds: number,
): Promise<{ readonly p99: number | undefined; readonly delivered: number }> {
  await rig.record();
  const events = await rig.delivered(
    await rig.publish(
      1,
      (count) => count < seconds,
      () => ({ kind: 'board', id: 'slim' }),
    ),
    hearers,
  );
  const delivered = events.reduce((sum, event) => sum + event.delivered, 0);
  return {
    p99: percentile(
      events.filter((event) => event.delivered > 0).map(({ lastMs }) => lastMs),
      0.99,
    ),
    delivered: (100 * delivered) / (hearers * events.length),
  };
}
