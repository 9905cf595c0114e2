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
