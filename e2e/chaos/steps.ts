import fc from 'fast-check';
import { orderCount, type Move } from './chaosDomain.ts';

export const targets = ['owner', 'writer', 'worker', 'channel'] as const;
export type Target = (typeof targets)[number];

export type Fault =
  /** SIGKILL; started again at once. */
  | { readonly kind: 'kill'; readonly target: Target; readonly which: number }
  /** Whoever relays next dies between publishing and deleting. */
  | { readonly kind: 'relay' }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly kind: 'freeze'; readonly target: Target; readonly which: number; readonly ms: number }
  | { readonly kind: 'broker'; readonly downMs: number }
  /** The PostgreSQL server is killed: that of the domain, and where it is the bus, that too. */
  | { readonly kind: 'database' }
  /** The same is stopped at once (`-m immediate`) whenever it is back, for so long. */
  | { readonly kind: 'databaseStop'; readonly ms: number }
  /** A client is cut off, or dies. */
  | { readonly kind: 'cut' | 'crash'; readonly which: number }
  /** What was published before is published again, in another order. */
  | { readonly kind: 'duplicate'; readonly count: number };

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
  owner: fc.record({ kind: fc.constant('kill' as const), target: fc.constant('owner' as const), which }, plain),
  writer: fc.record({ kind: fc.constant('kill' as const), target: fc.constant('writer' as const), which }, plain),
  worker: fc.record({ kind: fc.constant('kill' as const), target: fc.constant('worker' as const), which }, plain),
  channel: fc.record({ kind: fc.constant('kill' as const), target: fc.constant('channel' as const), which }, plain),
  otherChannel: fc.record(
    { kind: fc.constant('kill' as const), target: fc.constant('channel' as const), which },
    plain,
  ),
  relay: fc.record({ kind: fc.constant('relay' as const) }, plain),
  freeze: fc.record(
    {
      kind: fc.constant('freeze' as const),
      target: fc.constantFrom(...targets),
      which,
      ms: fc.integer({ min: 200, max: 3_000 }),
    },
    plain,
  ),
  broker: fc.record({ kind: fc.constant('broker' as const), downMs: fc.integer({ min: 0, max: 4_000 }) }, plain),
  database: fc.record({ kind: fc.constant('database' as const) }, plain),
  databaseStop: fc.record(
    { kind: fc.constant('databaseStop' as const), ms: fc.integer({ min: 0, max: 4_000 }) },
    plain,
  ),
  cut: fc.record({ kind: fc.constant('cut' as const), which }, plain),
  otherCut: fc.record({ kind: fc.constant('cut' as const), which }, plain),
  crash: fc.record({ kind: fc.constant('crash' as const), which }, plain),
  duplicate: fc.record({ kind: fc.constant('duplicate' as const), count: fc.integer({ min: 1, max: 40 }) }, plain),
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
