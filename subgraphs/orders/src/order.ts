import type { z } from 'zod';
import type { EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import { OrderCreated, OrderHandedOver, OrderStatusChanged, orderStatus } from '#schema/events/orders.ts';

export type OrderStatus = z.output<typeof orderStatus>;
export const orderStatuses: readonly OrderStatus[] = orderStatus.options;
export type OrderCreatedData = z.output<(typeof OrderCreated)['schema']>;

/**
 * Who gives a command: the saga on behalf of the system, the guest (a customer or a kiosk), the kitchen, or the
 * store's manager.
 */
export type OrderActor = 'saga' | 'guest' | 'kitchen' | 'manager';

export type OrderCommand =
  | { readonly kind: 'confirm' | 'sendOut' | 'complete'; readonly by: 'saga' }
  | { readonly kind: 'start' | 'ready' | 'recall'; readonly by: 'kitchen' }
  | { readonly kind: 'handOver'; readonly by: 'kitchen' }
  /**
   * `courierCalledOff`: the delivery domain has confirmed that the delivery is cancelled, so no courier has the food
   * or will come for it.
   */
  | {
      readonly kind: 'cancel';
      readonly by: 'guest' | 'manager' | 'saga';
      readonly reason: string;
      readonly courierCalledOff?: true;
    }
  | { readonly kind: 'reject'; readonly by: 'kitchen' | 'saga'; readonly reason: string }
  /**
   * A deadline passed while the order was still in the status `awaiting`: the order is cancelled, unless it has moved
   * on in the meantime.
   */
  | { readonly kind: 'expire'; readonly by: 'saga'; readonly awaiting: OrderStatus; readonly reason: string };

export interface Order {
  readonly version: number;
  readonly created: OrderCreatedData;
  readonly status: OrderStatus;
  readonly handedOver: boolean;
  /** Every status that the order has had. */
  readonly reached: ReadonlySet<OrderStatus>;
}

export type Decision =
  | { readonly kind: 'accepted'; readonly events: readonly NewEvent[] }
  /** The order is already as the command wants it: nothing is appended, and the caller gets a success. */
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
  /** Whether the food must have been handed over (true) or must not (false); undefined where it makes no difference. */
  readonly handedOver?: boolean;
  /**
   * The delivery must have been cancelled before: a courier may have picked the food up before the order learns of
   * it.
   */
  readonly courierCalledOff?: true;
}

/** Every transition of an order's status. A command that matches none of them is refused. */
export const transitions: Readonly<
  Record<Exclude<OrderCommand['kind'], 'handOver' | 'expire'>, readonly Transition[]>
> = {
  confirm: [{ by: 'saga', from: ['PLACED'], to: 'CONFIRMED', services: anyService }],
  start: [{ by: 'kitchen', from: ['CONFIRMED'], to: 'PREPARING', services: anyService }],
  ready: [{ by: 'kitchen', from: ['PREPARING'], to: 'READY', services: anyService }],
  // Not for a delivery, since its courier may have been told already that the food is ready.
  recall: [{ by: 'kitchen', from: ['READY'], to: 'PREPARING', services: counter, handedOver: false }],
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
/**
 * The statuses in which an order counts against the store's limit of open orders, because the kitchen still has to
 * work on it.
 */
export const kitchenStatuses: readonly OrderStatus[] = ['PLACED', 'CONFIRMED', 'PREPARING'];

export const isFinal = (status: OrderStatus): boolean => finalStatuses.has(status);
export const endedEarly = (status: OrderStatus): boolean => status === 'CANCELLED' || status === 'REJECTED';
/** Whether the guest may still cancel an order in this status. */
export const guestMayCancel = (status: OrderStatus): boolean =>
  transitions.cancel.some((each) => each.by === 'guest' && each.from.includes(status));

/** The first event of an order. `data` has been checked and priced before. */
export const place = (data: OrderCreatedData): readonly NewEvent[] => [OrderCreated.of(data)];

/**
 * Decides what a command does to an order at an instant: a pure function. The caller has to find out whether the
 * order exists.
 */
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
    case 'recall':
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
  // The saga has to learn that its own step was taken even when the order has moved on since. Kitchen and staff
  // instead have to learn that the order was cancelled or rejected in the meantime.
  const mayBeOver = command.by === 'saga' || ['cancel', 'reject'].includes(command.kind);
  // A recall leads back to a status that every cooked order has had, so only the present status tells that it was done.
  const reached = allowed.some((each) =>
    command.kind === 'recall' ? each.to === order.status : order.reached.has(each.to),
  );
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

/**
 * The order after one more event; `order` is undefined before the first one. An event of a kind that this process does
 * not know, because a newer one has appended it, changes nothing but the version.
 */
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
  if (event.eventType !== OrderStatusChanged.name) return { ...order, version };
  const { to } = event.data as z.output<(typeof OrderStatusChanged)['schema']>;
  return { ...order, version, status: to, reached: new Set([...order.reached, to]) };
}

/** Rebuilds an order from all of its events; undefined when there are none. */
export const fold = (history: readonly EventEnvelope[]): Order | undefined =>
  history.reduce<Order | undefined>(evolve, undefined);

export const streamOf = (orderId: string): string => `order:${orderId}`;
