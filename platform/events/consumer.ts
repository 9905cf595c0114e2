import type pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import type { ReadModel } from './defineReadModel.ts';
import type { SqlTx } from './sqlTx.ts';

/**
 * What a delivery turned out to be: a `duplicate` of a handled one; `blocked` behind an earlier message of its
 * aggregate that is parked; or the `first`, which is now recorded in the inbox.
 */
export type Taken = 'duplicate' | 'blocked' | 'first';

/** A part of a statement, with its parameters; see `takeAndWrite`. */
export interface Effect {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/**
 * Handles events of a domain. Its name is that of its consumer group, and its key in the inbox and the dead letters.
 */
export interface Consumer {
  readonly name: string;
  readonly events: readonly EventDefinition[];
  /**
   * Whether an event, whose name is among `events`, concerns this consumer. One that does not is skipped as an event of
   * another name is: it is neither recorded in the inbox nor parked. Without this, all of them concern it.
   */
  concerns?(event: EventEnvelope): boolean;
  /** Records the event as handled, in the transaction of its effects, unless it must not be handled now. */
  take(tx: SqlTx, event: EventEnvelope, replaying: boolean, domain: Domain): Promise<Taken>;
  /**
   * The same as `take` and then `handle`, in one statement, for an event that is not replayed. Where it rejects,
   * nothing was done, and the two are tried.
   */
  takeAndHandle?(pool: pg.Pool, event: EventEnvelope): Promise<Taken>;
  /** What `take` writes about an event by its one statement, where that is all that the consumer does. */
  effectOf?(event: EventEnvelope, domain: Domain): Effect;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of consumers of domains of several types; each is given its own
  handle(event: EventEnvelope<any>, context: { domain: any; tx: any }): Promise<void>;
  /**
   * In what `take` and `handle` run. `prisma`, the default: a transaction of the domain's Prisma client. `sql`: a
   * transaction of plain SQL, which costs a third of that. `nothing`: no transaction at all; see `forwardEvent` and
   * `onEventsAtOnce`.
   */
  readonly within?: 'prisma' | 'sql' | 'nothing';
  /** The read model that this consumer keeps, if it does nothing else. */
  readonly readModel?: ReadModel;
}
