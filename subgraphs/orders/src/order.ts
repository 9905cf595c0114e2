import type { z } from 'zod';
import type { EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import { OrderCreated, OrderHandedOver, OrderStatusChanged, type orderStatus } from '#schema/events/orders.ts';

export type OrderStatus = z.output<typeof orderStatus>;
export type OrderCreatedData = z.output<(typeof OrderCreated)['schema']>;

/** Who decides: the saga for the system, the guest (customer or kiosk), the kitchen and the store's manager. */
export type OrderActor = 'saga' | 'guest' | 'kitchen' | 'manager';

export type OrderCommand =
  | { readonly kind: 'confirm' | 'sendOut' | 'complete'; readonly by: 'saga' }
  | { readonly kind: 'start' | 'ready'; readonly by: 'kitchen' }
  | { readonly kind: 'handOver'; readonly by: 'kitchen' }
  /** `courierCalledOff`: delivery has agreed that no courier comes for the food, or has it. */
  | {
      readonly kind: 'cancel';
      readonly by: 'guest' | 'manager' | 'saga';
      readonly reason: string;
      readonly courierCalledOff?: true;
    }
  | { readonly kind: 'reject'; readonly by: 'kitchen' | 'saga'; readonly reason: string }
  /** A deadline passed while the order was still `awaiting`: it ends as CANCELLED, unless it has moved on meanwhile. */
  | { readonly kind: 'expire'; readonly by: 'saga'; readonly awaiting: OrderStatus; readonly reason: string };

export interface Order {
  readonly version: number;
  readonly created: OrderCreatedData;
  readonly status: OrderStatus;
  readonly handedOver: boolean;
  /** Every status it has had. */
  readonly reached: ReadonlySet<OrderStatus>;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly NewEvent[] }
  /** It is so already: nothing to append, and a success for whoever asked. */
  | { readonly kind: 'already' }
  | { readonly kind: 'refused'; readonly status: OrderStatus };

type Service = OrderCreatedData['service'];
const counter: readonly Service[] = ['DINE_IN', 'TAKEAWAY', 'KIOSK'];
const anyService: readonly Service[] = [...counter, 'DELIVERY'];

interface Transition {
  readonly by: OrderActor;
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
  readonly services: readonly Service[];
  /** Whether the food must be (true), must not be (false) handed over; undefined where it cannot matter. */
  readonly handedOver?: boolean;
  /** A courier may be away with the food before the order hears of it: they have to be called off first. */
  readonly courierCalledOff?: true;
}

/** Everything that may change an order's status. What does not stand here is refused. */
export const transitions: Readonly<
  Record<Exclude<OrderCommand['kind'], 'handOver' | 'expire'>, readonly Transition[]>
> = {
  confirm: [{ by: 'saga', from: ['PLACED'], to: 'CONFIRMED', services: anyService }],
  start: [{ by: 'kitchen', from: ['CONFIRMED'], to: 'PREPARING', services: anyService }],
  ready: [{ by: 'kitchen', from: ['PREPARING'], to: 'READY', services: anyService }],
  sendOut: [{ by: 'saga', from: ['READY'], to: 'OUT_FOR_DELIVERY', services: ['DELIVERY'] }],
  complete: [
    { by: 'saga', from: ['READY'], to: 'COMPLETED', services: counter, handedOver: true },
    { by: 'saga', from: ['OUT_FOR_DELIVERY'], to: 'COMPLETED', services: ['DELIVERY'] },
  ],
  cancel: [
    { by: 'guest', from: ['PLACED', 'CONFIRMED'], to: 'CANCELLED', services: anyService },
    { by: 'manager', from: ['PLACED', 'CONFIRMED', 'PREPARING'], to: 'CANCELLED', services: anyService },
    { by: 'manager', from: ['READY'], to: 'CANCELLED', services: counter, handedOver: false },
    { by: 'manager', from: ['READY'], to: 'CANCELLED', services: ['DELIVERY'], courierCalledOff: true },
    {
      by: 'saga',
      from: ['PLACED', 'CONFIRMED', 'PREPARING', 'READY', 'OUT_FOR_DELIVERY'],
      to: 'CANCELLED',
      services: anyService,
    },
  ],
  reject: [
    { by: 'kitchen', from: ['CONFIRMED', 'PREPARING'], to: 'REJECTED', services: anyService },
    { by: 'saga', from: ['PLACED'], to: 'REJECTED', services: anyService },
  ],
};

const finalStatuses: ReadonlySet<OrderStatus> = new Set(['COMPLETED', 'CANCELLED', 'REJECTED']);
/** Orders that the kitchen still has to work on: they count against a store's capacity. */
export const kitchenStatuses: readonly OrderStatus[] = ['PLACED', 'CONFIRMED', 'PREPARING'];

export const isFinal = (status: OrderStatus): boolean => finalStatuses.has(status);
export const endedEarly = (status: OrderStatus): boolean => status === 'CANCELLED' || status === 'REJECTED';
/** Whether the guest may still call an order off. */
export const guestMayCancel = (status: OrderStatus): boolean =>
  transitions.cancel.some((each) => each.by === 'guest' && each.from.includes(status));

/** The first event of an order: `data` has been checked and priced. */
export const place = (data: OrderCreatedData): readonly NewEvent[] => [OrderCreated.of(data)];

/** What a command makes of an order at an instant. Pure; an order that does not exist is the caller's to notice. */
export function decide(order: Order, command: OrderCommand, at: Date): Decision {
  switch (command.kind) {
    case 'handOver':
      return decideHandOver(order, at);
    case 'expire':
      if (order.status !== command.awaiting || order.handedOver) return { kind: 'refused', status: order.status };
      return decide(order, { kind: 'cancel', by: 'saga', reason: command.reason }, at);
    case 'confirm':
    case 'start':
    case 'ready':
    case 'sendOut':
    case 'complete':
    case 'cancel':
    case 'reject':
      return decideTransition(order, command, at);
    default:
      return command satisfies never;
  }
}

function decideHandOver(order: Order, at: Date): Decision {
  if (endedEarly(order.status)) return { kind: 'refused', status: order.status };
  if (order.handedOver) return { kind: 'already' };
  if (order.status !== 'READY' || !counter.includes(order.created.service))
    return { kind: 'refused', status: order.status };
  const { orderId, storeId } = order.created;
  return { kind: 'accepted', events: [OrderHandedOver.of({ orderId, storeId, at: at.toISOString() })] };
}

function decideTransition(
  order: Order,
  command: Exclude<OrderCommand, { kind: 'handOver' | 'expire' }>,
  at: Date,
): Decision {
  const allowed = transitions[command.kind].filter(
    (each) => each.by === command.by && each.services.includes(order.created.service),
  );
  const transition = allowed.find(
    (each) =>
      each.from.includes(order.status) &&
      (each.handedOver === undefined || each.handedOver === order.handedOver) &&
      (!each.courierCalledOff || ('courierCalledOff' in command && command.courierCalledOff)),
  );
  if (transition)
    return {
      kind: 'accepted',
      events: [statusChanged(order, transition.to, 'reason' in command ? command.reason : null, at)],
    };
  // The saga must learn that its own step was taken, even when the order has moved on since; people are told when it
  // was called off.
  const mayBeOver = command.by === 'saga' || ['cancel', 'reject'].includes(command.kind);
  const reached = allowed.some((each) => order.reached.has(each.to));
  if (reached && (mayBeOver || !endedEarly(order.status))) return { kind: 'already' };
  return { kind: 'refused', status: order.status };
}

function statusChanged(order: Order, to: OrderStatus, reason: string | null, at: Date): NewEvent {
  const { orderId, orderNumber, storeId, customerId, service, total, currency, exponent } = order.created;
  return OrderStatusChanged.of({
    orderId,
    orderNumber,
    storeId,
    customerId,
    service,
    from: order.status,
    to,
    reason,
    total,
    currency,
    exponent,
    at: at.toISOString(),
  });
}

/** The order after one more event; `undefined` before the first. */
export function evolve(order: Order | undefined, event: EventEnvelope): Order {
  const version = event.metadata.aggregateVersion;
  if (event.eventType === OrderCreated.name) {
    return {
      version,
      created: event.data as OrderCreatedData,
      status: 'PLACED',
      handedOver: false,
      reached: new Set(['PLACED']),
    };
  }
  if (!order) throw new Error(`the history of ${event.metadata.aggregateId} does not begin with ${OrderCreated.name}`);
  if (event.eventType === OrderHandedOver.name) return { ...order, version, handedOver: true };
  const { to } = event.data as z.output<(typeof OrderStatusChanged)['schema']>;
  return { ...order, version, status: to, reached: new Set([...order.reached, to]) };
}

/** An order from its whole history; undefined when there is none. */
export const fold = (history: readonly EventEnvelope[]): Order | undefined =>
  history.reduce<Order | undefined>(evolve, undefined);

export const streamOf = (orderId: string): string => `order:${orderId}`;
