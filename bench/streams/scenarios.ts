import { documents } from './benchGraph.ts';
import { aimedAt, rowsOf, type FigureSpec, type Measured, type Row } from './figures.ts';
import type { Options } from './options.ts';
import type { Surroundings, System } from './rig.ts';
import { stalledClients, stalledFigures } from './stalledClients.ts';
import { steadyFigures, steadyLoads, type SteadyLoad } from './steadyLoad.ts';
import { storm, stormFigures } from './storm.ts';

export interface Scenario {
  readonly title: string;
  /** The scenarios; each gives one set of figures. */
  readonly variants: readonly string[];
  run(variant: string, around: Surroundings, done: (rows: Row[]) => void): Promise<void>;
}

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
  const systems: readonly System[] = options.plain ? ['channel', 'plain'] : ['channel'];
  const callersOf = (count: number) => (options.callers === 'each' ? count : 1);
  const shared = { seconds, profile, turns: options.turns };
  const everyone = (count: number, texts: readonly string[]): SteadyLoad => ({
    ...shared,
    subscribers: count,
    documents: texts,
    callers: callersOf(count),
    events: { perSecond: 1, kind: 'board', id: 'one' },
    hearersOfEach: count,
  });
  const oneEach = (count: number): SteadyLoad => ({
    ...shared,
    subscribers: count,
    documents: [documents.order],
    callers: callersOf(count),
    events: { perSecond: singleEvents, kind: 'order', id: 'o', ids: count },
    hearersOfEach: 1,
  });
  const steady = async (
    name: string,
    variant: string,
    around: Surroundings,
    load: SteadyLoad,
    isAimed: boolean,
  ): Promise<Row[]> => {
    const { channel = {}, plain = {} } = await steadyLoads(systems, around, load);
    return rowsOf(name, variant, steadyFigures(isAimed), channel, plain);
  };
  const perCount = (name: string, title: string, loadOf: (count: number) => SteadyLoad): Scenario => ({
    title,
    variants: subscribers.map(String),
    run: async (variant, around, done) => {
      const load = loadOf(Number(variant));
      done(await steady(name, variant, around, load, load.subscribers >= aimedAt));
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
      variants: options.documents.map(String),
      run: async (variant, around, done) =>
        done(
          await steady(
            'documents',
            variant,
            around,
            everyone(documentSubscribers, documents.differing(Number(variant))),
            false,
          ),
        ),
    },
  };
}
