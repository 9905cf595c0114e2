import type { Domain, TransactionOf } from '#platform/domain/domain.ts';
import type { Consumer, Effect, Taken } from './consumer.ts';
import type { EventDefinition, EventEnvelope } from './defineEvent.ts';
import { takeAndWrite, takeFromInbox } from './inbox.ts';

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

/**
 * As `onEvents`, for an effect that one statement writes. The statement takes the event from the inbox, too, so that an
 * event costs a round trip and no transaction; see `takeAndWrite` for what it has to be.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any database client
export const onEventsAtOnce = <D extends Domain<any>>(
  definitions: readonly EventDefinition[],
  name: string,
  effectOf: (event: EventEnvelope, domain: D) => Effect,
): Consumer => ({
  name,
  events: definitions,
  within: 'nothing',
  take: (tx, event, replaying, domain) =>
    takeAndWrite(tx, { consumer: name, event, replaying }, effectOf(event, domain as D)),
  effectOf: effectOf as NonNullable<Consumer['effectOf']>,
  handle: () => Promise.resolve(),
});

/**
 * Declares that a domain passes an event on to something outside its database, such as its saga runtime. `send` must be
 * idempotent by the event, also for a duplicate that comes weeks later: nothing is recorded in the inbox, so it is
 * called for each delivery. It costs no transaction. All else is as with `onEvent`: the order of an aggregate's events,
 * what is tried again, and what is parked.
 */
export const forwardEvent = <N extends string, T>(
  definition: EventDefinition<N, T>,
  name: string,
  send: (event: EventEnvelope<T>) => Promise<void>,
  only?: (event: EventEnvelope<T>) => boolean,
): Consumer => ({
  name,
  events: [definition as unknown as EventDefinition],
  within: 'nothing',
  ...(only && { concerns: only as (event: EventEnvelope) => boolean }),
  take: async (tx, event, replaying) => {
    if (replaying) return 'first';
    const rows = await tx.$queryRawUnsafe<{ taken: Taken }[]>(
      `select case when exists (select from platform.parked where consumer = $1::text and aggregate = $2::text)
         then 'blocked' else 'first' end as taken`,
      name,
      event.metadata.aggregateId,
    );
    return rows[0]!.taken;
  },
  handle: send,
});
