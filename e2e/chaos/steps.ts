import fc from 'fast-check';
import { orderCount, type Move } from './chaosDomain.ts';

export const targets = ['owner', 'writer', 'worker', 'channel'] as const;
export type Target = (typeof targets)[number];

export type Fault =
  /** The process gets SIGKILL, and is started again at once. */
  | { readonly kind: 'kill'; readonly target: Target; readonly which: number }
  /** The process that relays next dies after it has published and before it has deleted what it published. */
  | { readonly kind: 'relay' }
  /** The process gets SIGSTOP, and SIGCONT after this time. */
  | { readonly kind: 'freeze'; readonly target: Target; readonly which: number; readonly ms: number }
  | { readonly kind: 'broker'; readonly downMs: number }
  /** The PostgreSQL server is killed, which has the domain's database and, where it is the bus, the bus's. */
  | { readonly kind: 'database' }
  /** During this time the PostgreSQL server is stopped (`-m immediate`) each time that it is back. */
  | { readonly kind: 'databaseStop'; readonly ms: number }
  /** A client loses its connection, or dies. */
  | { readonly kind: 'cut' | 'crash'; readonly which: number }
  /** Events that were published before are published again, in another order. */
  | { readonly kind: 'duplicate'; readonly count: number };

export interface Scene {
  readonly moves: readonly Move[];
  readonly fault: Fault;
  /** The time until the next scene. */
  readonly restMs: number;
}

const which = fc.nat(59);
/** Objects that are made so print as plain ones do. */
const plain = { noNullPrototype: true } as const;

/**
 * The faults by kind, so that a history can have some of each. A channel can be killed in two of them, because most
 * promises depend on channels.
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

/** A history has each kind of fault once, in any order, and up to six more faults. */
export const history: fc.Arbitrary<Scene[]> = fc
  .tuple(fc.shuffledSubarray(kinds, { minLength: kinds.length }), fc.array(fc.constantFrom(...kinds), { maxLength: 6 }))
  .chain(([each, more]) =>
    fc.tuple(
      ...[...each, ...more].map((kind) =>
        fc.record({ moves, fault: faults[kind], restMs: fc.integer({ min: 0, max: 1_500 }) }, plain),
      ),
    ),
  );
