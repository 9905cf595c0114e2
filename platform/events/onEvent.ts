import type { Domain, TransactionOf } from '#platform/domain/domain.ts';
import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import type { ReadModel } from './defineReadModel.ts';
import { takeFromInbox } from './inbox.ts';
import type { SqlTx } from './sqlTx.ts';

/** What a delivery is: seen before, held up by an earlier parked message of its aggregate, or new and now recorded. */
export type Taken = 'duplicate' | 'blocked' | 'first';

/**
 * Something that hears events of a domain under a name of its own: its consumer group, and its key in inbox and dead
 * letters.
 */
export interface Consumer {
  readonly name: string;
  readonly events: readonly EventDefinition[];
  /**
   * Whether this one, of an event that it hears, is anything to it. What is not is passed over like an event of another
   * name: neither recorded nor parked.
   */
  concerns?(event: EventEnvelope): boolean;
  /** Records the event in the effect's transaction, unless it is not to be handled now. */
  take(tx: SqlTx, event: EventEnvelope, replaying: boolean): Promise<Taken>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of consumers of domains of several types; each is given its own
  handle(event: EventEnvelope<any>, context: { domain: any; tx: any }): Promise<void>;
  /** The projection it keeps, if it does. */
  readonly readModel?: ReadModel;
}

/**
 * Declares what a domain does when it hears an event. `name` is unique and stable, such as
 * `loyalty.orderStatusChanged`. `handle` runs inside the transaction that records (consumer, event id): its effects in
 * `tx` happen once, however often the event is delivered; it may be run again after a failure, so it must have no other
 * effects but idempotent ones. Events of one aggregate come in order, one at a time. An infrastructure failure
 * (connection, time-out, a service that is down) pauses the partition and is tried again for ever. A PermanentFailure
 * parks the event at once, any other error after five tries; later events of its aggregate then wait behind it. `only`
 * spares those events a transaction for which `handle` would do nothing; it must depend on nothing but the event.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any database client
export function onEvent<D extends Domain<any>, N extends string, T>(
  definition: EventDefinition<N, T>,
  name: string,
  handle: (event: EventEnvelope<T>, context: { domain: D; tx: TransactionOf<D['db']> }) => Promise<void>,
  only?: (event: EventEnvelope<T>) => boolean,
): Consumer {
  return {
    name,
    events: [definition as unknown as EventDefinition],
    ...(only && { concerns: only }),
    take: (tx, event, replaying) => takeFromInbox(tx, name, event, replaying),
    handle,
  };
}
