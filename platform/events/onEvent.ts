import type { Domain, TransactionOf } from '#platform/domain/domain.ts';
import type { Consumer } from './consumer.ts';
import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import { takeFromInbox } from './inbox.ts';

/**
 * Declares what a domain does about an event.
 *
 * `name`, such as `loyalty.orderStatusChanged`, must be unique and must never change: it is the consumer group's name.
 * `handle` runs in the transaction that records the event in the inbox, so its effects through `tx` happen exactly
 * once, however often the event is delivered. It may run again after a failure: any other effect must be idempotent.
 * Events of one aggregate come in order, one at a time. `only` tells which events need handling at all; the others cost
 * no transaction. It must depend on nothing but the event.
 *
 * If `handle` fails by an infrastructure failure (connection, time-out, a service that is down), the partition waits
 * and the event is tried again for ever. A PermanentFailure parks the event at once, any other error after five tries;
 * later events of its aggregate are then parked behind it until an operator replays them.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any database client
export const onEvent = <D extends Domain<any>, N extends string, T>(
  definition: EventDefinition<N, T>,
  name: string,
  handle: Handler<D, T>,
  only?: (event: EventEnvelope<T>) => boolean,
): Consumer => onEvents([definition as unknown as EventDefinition], name, handle as Handler<D>, only as undefined);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any database client
type Handler<D extends Domain<any>, T = unknown> = (
  event: EventEnvelope<T>,
  context: { domain: D; tx: TransactionOf<D['db']> },
) => Promise<void>;

/** As `onEvent`, for several events. The order of an aggregate's events holds over all of them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any database client
export const onEvents = <D extends Domain<any>>(
  definitions: readonly EventDefinition[],
  name: string,
  handle: Handler<D>,
  only?: (event: EventEnvelope) => boolean,
): Consumer => ({
  name,
  events: definitions,
  ...(only && { concerns: only }),
  take: (tx, event, replaying) => takeFromInbox(tx, name, event, replaying),
  handle,
});
