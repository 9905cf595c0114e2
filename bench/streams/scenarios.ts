import { documents } from './benchGraph.ts';
import { aimedAt, rowsOf, type FigureSpec, type Measured, type Row } from './figures.ts';
import type { Options } from './options.ts';
import type { Surroundings, System } from './rig.ts';
import { stalledClients, stalledFigures } from './stalledClients.ts';
import { steadyFigures, steadyLoad, type SteadyLoad } from './steadyLoad.ts';
import { storm, stormFigures } from './storm.ts';

export interface Scenario {
  readonly title: string;
  /** The scenarios; each gives one set of figures. */
  readonly variants: readonly string[];
  run(variant: string, around: Surroundings, done: (rows: Row[]) => void): Promise<void>;
}

const documentCounts = [1, 10, 100, 1_000];
const documentSubscribers = 2_000;
const singleEvents = 200;

export function scenarios(options: Options): Record<string, Scenario> {
  const { seconds, profile, subscribers } = options;
  const compared = async (
    name: string,
    variant: string,
    specs: readonly FigureSpec[],
    measure: (system: System) => Promise<Measured>,
  ): Promise<Row[]> =>
    rowsOf(name, variant, specs, await measure('channel'), options.plain ? await measure('plain') : {});
  const most = Math.max(...subscribers);
  const callersOf = (count: number) => (options.callers === 'each' ? count : 1);
  const shared = { seconds, profile, idPerClient: false, id: 'one', eventsPerSecond: 1 };
  const everyone = (count: number, texts: readonly string[]): SteadyLoad => ({
    ...shared,
    subscribers: count,
    documents: texts,
    callers: callersOf(count),
    happeningOf: () => ({ kind: 'board', id: 'one' }),
    hearersOfEach: count,
  });
  const oneEach = (count: number): SteadyLoad => ({
    ...shared,
    subscribers: count,
    documents: [documents.order],
    id: 'o',
    idPerClient: true,
    callers: callersOf(count),
    eventsPerSecond: singleEvents,
    // They lie far apart, so that all processes that play clients have a share of them.
    happeningOf: (at) => ({ kind: 'order', id: `o${(at * 7_919) % count}` }),
    hearersOfEach: 1,
  });
  const perCount = (name: string, title: string, loadOf: (count: number) => SteadyLoad): Scenario => ({
    title,
    variants: subscribers.map(String),
    run: async (variant, around, done) => {
      const load = loadOf(Number(variant));
      done(
        await compared(name, variant, steadyFigures(load.subscribers >= aimedAt), (system) =>
          steadyLoad(system, around, load),
        ),
      );
    },
  });
  return {
    fanout: perCount('fanout', 'fanout: one event a second to all', (count) => everyone(count, [documents.board])),
    'one-each': perCount('one-each', `one-each: ${singleEvents} events a second, to one each`, oneEach),
    storm: {
      title: 'storm: all at once, while 500 others hear an event a second',
      variants: [String(most)],
      run: async (variant, around, done) =>
        done(
          await compared('storm', variant, stormFigures(most >= aimedAt), (system) =>
            storm(system, around, { count: most, callers: options.callers === 'one' ? 1 : most, profile }),
          ),
        ),
    },
    stalled: {
      title: 'stalled: 1 % read nothing any more, of a board of 64 KiB, 8 times a second',
      variants: [String(most)],
      run: async (variant, around, done) =>
        done(
          await compared('stalled', variant, stalledFigures(most >= aimedAt), (system) =>
            stalledClients(system, around, most),
          ),
        ),
    },
    documents: {
      title: `documents: ${documentSubscribers} subscribers with documents that differ`,
      variants: documentCounts.map(String),
      run: async (variant, around, done) =>
        done(
          await compared('documents', variant, steadyFigures(false), (system) =>
            steadyLoad(system, around, everyone(documentSubscribers, documents.differing(Number(variant)))),
          ),
        ),
    },
  };
}
