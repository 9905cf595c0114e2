import fc from 'fast-check';
import { orderCount, type Move } from './chaosDomain.ts';

export const targets = ['owner', 'writer', 'worker', 'channel'] as const;
export type Target = (typeof targets)[number];

export type Fault =
  /** SIGKILL; started again at once. */
  | { readonly do: 'kill'; readonly target: Target; readonly which: number }
  /** Whoever relays next dies between publishing and deleting. */
  | { readonly do: 'relay' }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly do: 'freeze'; readonly target: Target; readonly which: number; readonly ms: number }
  | { readonly do: 'broker'; readonly downMs: number }
  /** The PostgreSQL server is killed: that of the domain, and where it is the bus, that too. */
  | { readonly do: 'database' }
  /** The same is stopped at once (`-m immediate`) whenever it is back, for so long. */
  | { readonly do: 'databaseStop'; readonly ms: number }
  /** A client is cut off, or dies. */
  | { readonly do: 'cut' | 'crash'; readonly which: number }
  /** What was published before is published again, in another order. */
  | { readonly do: 'duplicate'; readonly count: number };

export interface Scene {
  readonly moves: readonly Move[];
  readonly fault: Fault;
  /** What happens until the next one. */
  readonly restMs: number;
}

const which = fc.nat(59);
/** Prints without noise. */
const plain = { noNullPrototype: true } as const;

/**
 * By kind, so that a history can have some of each. Channels are killed as often as all others: most of what is
 * promised hangs on them.
 */
const faults = {
  owner: fc.record({ do: fc.constant('kill' as const), target: fc.constant('owner' as const), which }, plain),
  writer: fc.record({ do: fc.constant('kill' as const), target: fc.constant('writer' as const), which }, plain),
  worker: fc.record({ do: fc.constant('kill' as const), target: fc.constant('worker' as const), which }, plain),
  channel: fc.record({ do: fc.constant('kill' as const), target: fc.constant('channel' as const), which }, plain),
  otherChannel: fc.record({ do: fc.constant('kill' as const), target: fc.constant('channel' as const), which }, plain),
  relay: fc.record({ do: fc.constant('relay' as const) }, plain),
  freeze: fc.record(
    {
      do: fc.constant('freeze' as const),
      target: fc.constantFrom(...targets),
      which,
      ms: fc.integer({ min: 200, max: 3_000 }),
    },
    plain,
  ),
  broker: fc.record({ do: fc.constant('broker' as const), downMs: fc.integer({ min: 0, max: 4_000 }) }, plain),
  database: fc.record({ do: fc.constant('database' as const) }, plain),
  databaseStop: fc.record({ do: fc.constant('databaseStop' as const), ms: fc.integer({ min: 0, max: 4_000 }) }, plain),
  cut: fc.record({ do: fc.constant('cut' as const), which }, plain),
  otherCut: fc.record({ do: fc.constant('cut' as const), which }, plain),
  crash: fc.record({ do: fc.constant('crash' as const), which }, plain),
  duplicate: fc.record({ do: fc.constant('duplicate' as const), count: fc.integer({ min: 1, max: 40 }) }, plain),
} satisfies Record<string, fc.Arbitrary<Fault>>;

const kinds = Object.keys(faults) as (keyof typeof faults)[];

const move: fc.Arbitrary<Move> = fc.record(
  { order: fc.nat(orderCount - 1), events: fc.integer({ min: 1, max: 3 }), rollsBack: fc.nat(5).map((n) => n === 0) },
  plain,
);
const moves = fc.array(move, { minLength: 1, maxLength: 10 });

/** Each kind of fault once, in any order, and some more. */
export const history: fc.Arbitrary<Scene[]> = fc
  .tuple(fc.shuffledSubarray(kinds, { minLength: kinds.length }), fc.array(fc.constantFrom(...kinds), { maxLength: 6 }))
  .chain(([each, more]) =>
    fc.tuple(
      ...[...each, ...more].map((kind) =>
        fc.record({ moves, fault: faults[kind], restMs: fc.integer({ min: 0, max: 1_500 }) }, plain),
      ),
    ),
  );
