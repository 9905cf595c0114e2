import { setTimeout as pause } from 'node:timers/promises';
import { documents } from './benchGraph.ts';
import { percentile, type FigureSpec, type Measured } from './figures.ts';
import { Rig, authorizations, type Surroundings, type System } from './rig.ts';

export const stormFigures = (aimed: boolean): FigureSpec[] => [
  { name: 'all acknowledged', unit: 's', ...(aimed ? { aim: { kind: 'below', bound: 6 } } : {}) },
  { name: 'all have their snapshot', unit: 's' },
  { name: 'CPU per client', unit: 'µs' },
  { name: 'attempts that failed', unit: '' },
  { name: 'the connected ones before, p99', unit: 'ms' },
  { name: 'the connected ones meanwhile, p99', unit: 'ms' },
  { name: 'the connected ones meanwhile, delivered', unit: '%' },
  { name: 'back with cursors: all acknowledged', unit: 's', ...(aimed ? { aim: { kind: 'below', bound: 6 } } : {}) },
  { name: 'back with cursors: all have what they missed', unit: 's' },
  { name: 'back with cursors: CPU per client', unit: 'µs' },
  { name: 'back with cursors: the connected ones, p99', unit: 'ms' },
];

const connectedBefore = 500;
const calmSeconds = 4;
const slice = 500;

/**
 * Everybody connects at once to a server that serves others, each for an order of its own; then all are cut off,
 * something happens to each, and they come back.
 */
export async function storm(
  system: System,
  around: Surroundings,
  { count, callers, profile }: { readonly count: number; readonly callers: number; readonly profile: boolean },
): Promise<Measured> {
  const rig = await Rig.start(system, around, { loads: 2 });
  try {
    const [storming, watching] = [rig.loads.slice(0, 1), rig.loads.slice(1)];
    const tokens = await authorizations(around, callers);
    await rig.connect(
      {
        count: connectedBefore,
        documents: [documents.board],
        authorizations: tokens.slice(0, 1),
        id: 'watched',
        idPerClient: false,
      },
      watching,
    );
    const calm = await watched(rig, () => pause(calmSeconds * 1_000));
    const all = {
      count,
      documents: [documents.order],
      authorizations: tokens,
      id: 'o',
      idPerClient: true,
      atOnce: count,
      keepCursors: true,
    };
    if (profile) await rig.server.call('beginProfile');
    const first = await watched(rig, () => rig.connect(all, storming));
    if (profile) await rig.printProfile();
    const figures = {
      'all acknowledged': first.result.acknowledgedMs / 1_000,
      'all have their snapshot': first.result.begunMs / 1_000,
      'CPU per client': first.cpu / count,
      'attempts that failed': first.result.retries,
      'the connected ones before, p99': calm.p99,
      'the connected ones meanwhile, p99': first.p99,
      'the connected ones meanwhile, delivered': first.delivered,
    };
    // Clients of the plain server cannot resume: events that they missed are lost.
    if (system === 'plain') return figures;
    await rig.cut(storming);
    for (let from = 0; from < count; from += slice) {
      await rig.happen(
        Array.from({ length: Math.min(slice, count - from) }, (_, at) => ({
          kind: 'order',
          id: `o${from + at}`,
          at: 1,
        })),
      );
    }
    const back = await watched(rig, () => rig.connect({ ...all, resume: true }, storming));
    return {
      ...figures,
      'back with cursors: all acknowledged': back.result.acknowledgedMs / 1_000,
      'back with cursors: all have what they missed': back.result.begunMs / 1_000,
      'back with cursors: CPU per client': back.cpu / count,
      'back with cursors: the connected ones, p99': back.p99,
    };
  } finally {
    await rig.end();
  }
}

/** Measures the delays of connected clients while something is done, and for a second afterwards. */
async function watched<T>(
  rig: Rig,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpu: number; readonly p99: number | undefined; readonly delivered: number }> {
  await rig.record();
  let goesOn = true;
  const publishing = rig.publish(
    1,
    () => goesOn,
    () => ({ kind: 'board', id: 'watched' }),
  );
  const { cpu: before } = await rig.server.call('mark');
  const result = await work();
  const cpu = (await rig.server.call('mark')).cpu - before;
  goesOn = false;
  const events = await rig.delivered(await publishing, connectedBefore);
  const delivered = events.reduce((sum, event) => sum + event.delivered, 0);
  return {
    result,
    cpu,
    p99: percentile(
      events.filter((event) => event.delivered > 0).map(({ lastMs }) => lastMs),
      0.99,
    ),
    delivered: (100 * delivered) / (connectedBefore * events.length),
  };
}
