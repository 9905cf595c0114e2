import { describe, expect, it } from 'vitest';
import type { EventEnvelope, NewEvent } from '#platform/events/defineEvent.ts';
import { orderStatus } from '#schema/events/orders.ts';
import {
  decide,
  fold,
  guestMayCancel,
  isFinal,
  place,
  transitions,
  type Order,
  type OrderActor,
  type OrderCommand,
  type OrderCreatedData,
  type OrderStatus,
} from './order.ts';

const at = new Date('2026-03-01T12:00:00.000Z');
const storeId = '019422a4-0000-7000-8000-000000000001';
const orderId = '019422a4-0000-7000-8000-00000000000a';

const created = (service: OrderCreatedData['service']): OrderCreatedData => ({
  orderId,
  orderNumber: 7,
  storeId,
  customerId: null,
  channel: 'kiosk',
  service,
  lines: [],
  subtotal: 0,
  deliveryFee: 0,
  tax: 0,
  taxInclusive: true,
  total: 990,
  currency: 'EUR',
  exponent: 2,
  addressVersionId: null,
  placedAt: at.toISOString(),
  promisedAt: null,
});

const envelope = (event: NewEvent, version: number): EventEnvelope => ({
  eventId: `event-${version}`,
  eventType: event.definition.name,
  version: event.definition.version,
  timestamp: at.toISOString(),
  source: 'orders-service',
  data: event.data,
  metadata: {
    aggregateId: `order:${orderId}`,
    aggregateVersion: version,
    causationId: 'c',
    correlationId: 'c',
    traceparent: 't',
    actor: 'a',
  },
});

function after(service: OrderCreatedData['service'], ...commands: OrderCommand[]): Order {
  const history = place(created(service)).map((event, index) => envelope(event, index + 1));
  for (const command of commands) {
    const decision = decide(fold(history)!, command, at);
    if (decision.kind !== 'accepted') throw new Error(`${command.kind} was ${decision.kind}`);
    for (const event of decision.events) history.push(envelope(event, history.length + 1));
  }
  return fold(history)!;
}

const confirm: OrderCommand = { kind: 'confirm', by: 'saga' };
const start: OrderCommand = { kind: 'start', by: 'kitchen' };
const ready: OrderCommand = { kind: 'ready', by: 'kitchen' };
const recall: OrderCommand = { kind: 'recall', by: 'kitchen' };
const handOver: OrderCommand = { kind: 'handOver', by: 'kitchen' };
const sendOut: OrderCommand = { kind: 'sendOut', by: 'saga' };
const complete: OrderCommand = { kind: 'complete', by: 'saga' };
const cancel = (by: 'guest' | 'manager' | 'saga'): OrderCommand => ({
  kind: 'cancel',
  by,
  reason: 'CANCELLED_BY_STAFF',
});
const reject = (by: 'kitchen' | 'saga'): OrderCommand => ({ kind: 'reject', by, reason: 'KITCHEN_TOO_BUSY' });

const histories: Record<OrderStatus, Order> = {
  PLACED: after('TAKEAWAY'),
  CONFIRMED: after('TAKEAWAY', confirm),
  PREPARING: after('TAKEAWAY', confirm, start),
  READY: after('TAKEAWAY', confirm, start, ready),
  OUT_FOR_DELIVERY: after('DELIVERY', confirm, start, ready, sendOut),
  COMPLETED: after('TAKEAWAY', confirm, start, ready, handOver, complete),
  CANCELLED: after('TAKEAWAY', cancel('guest')),
  REJECTED: after('TAKEAWAY', reject('saga')),
};

it('an event of a kind that only a newer process knows changes nothing but the version', () => {
  const history = place(created('TAKEAWAY')).map((event) => envelope(event, 1));
  const rated = { ...history[0]!, eventType: 'OrderRated', data: { orderId, stars: 5 } };
  const order = fold([...history, { ...rated, metadata: { ...rated.metadata, aggregateVersion: 2 } }])!;
  expect(order).toEqual({ ...fold(history)!, version: 2 });
});

describe('decide', () => {
  it('leads an order from PLACED to COMPLETED at the counter and by courier', () => {
    expect(histories.COMPLETED).toMatchObject({ status: 'COMPLETED', version: 6, handedOver: true });
    expect(after('DELIVERY', confirm, start, ready, sendOut, complete)).toMatchObject({
      status: 'COMPLETED',
      version: 6,
    });
  });

  it('accepts exactly the transitions of the table, of every status, command and actor', () => {
    const types = Object.keys(transitions) as (keyof typeof transitions)[];
    const actors: OrderActor[] = ['saga', 'guest', 'kitchen', 'manager'];
    let tried = 0;
    for (const status of orderStatus.options) {
      for (const type of types) {
        for (const by of actors) {
          const order = histories[status];
          const legal = transitions[type].some(
            (each) =>
              each.by === by &&
              each.from.includes(status) &&
              each.services.includes(order.created.service) &&
              (each.handedOver ?? order.handedOver) === order.handedOver,
          );
          const decision = decide(order, { kind: type, by, reason: 'CANCELLED_BY_STAFF' } as OrderCommand, at);
          expect(`${status} ${type} ${by}: ${decision.kind === 'accepted'}`).toBe(`${status} ${type} ${by}: ${legal}`);
          tried += 1;
        }
      }
    }
    expect(tried).toBe(8 * 8 * 4);
  });

  it('never leaves a final status', () => {
    for (const status of orderStatus.options.filter(isFinal)) {
      for (const command of [
        confirm,
        start,
        ready,
        recall,
        handOver,
        sendOut,
        complete,
        cancel('guest'),
        cancel('manager'),
        cancel('saga'),
        reject('kitchen'),
        reject('saga'),
      ]) {
        expect(decide(histories[status], command, at).kind).not.toBe('accepted');
      }
    }
  });

  it('answers "already" to a command that was carried out before', () => {
    expect(decide(histories.PREPARING, start, at).kind).toBe('already');
    expect(decide(histories.READY, ready, at).kind).toBe('already');
    expect(decide(after('TAKEAWAY', confirm, start, ready, handOver), handOver, at).kind).toBe('already');
    expect(decide(histories.CANCELLED, cancel('guest'), at).kind).toBe('already');
    expect(decide(histories.REJECTED, reject('kitchen'), at).kind).toBe('already');
  });

  it('recalls what is ready until it is handed over, lets it become ready again, and recalls no delivery', () => {
    const recalled = after('TAKEAWAY', confirm, start, ready, recall);
    expect(recalled.status).toBe('PREPARING');
    expect(decide(recalled, recall, at).kind).toBe('already');
    expect(decide(recalled, handOver, at)).toEqual({ kind: 'refused', status: 'PREPARING' });
    expect(decide(recalled, ready, at)).toMatchObject({ kind: 'accepted', events: [{ data: { to: 'READY' } }] });
    expect(decide(recalled, reject('kitchen'), at).kind).toBe('accepted');
    const handedOver = after('TAKEAWAY', confirm, start, ready, recall, ready, handOver);
    expect(decide(handedOver, recall, at)).toEqual({ kind: 'refused', status: 'READY' });
    expect(decide(histories.COMPLETED, recall, at)).toEqual({ kind: 'refused', status: 'COMPLETED' });
    expect(decide(after('DELIVERY', confirm, start, ready), recall, at).kind).toBe('refused');
  });

  it('answers "already" to the saga even when the order was cancelled since, but refuses the kitchen', () => {
    const cancelled = after('TAKEAWAY', confirm, start, cancel('manager'));
    expect(decide(cancelled, confirm, at).kind).toBe('already');
    expect(decide(cancelled, start, at)).toEqual({ kind: 'refused', status: 'CANCELLED' });
    expect(decide(cancelled, handOver, at)).toEqual({ kind: 'refused', status: 'CANCELLED' });
  });

  it('lets the guest cancel until the kitchen starts, and the manager until the food is handed over', () => {
    expect(orderStatus.options.filter(guestMayCancel)).toEqual(['PLACED', 'CONFIRMED']);
    expect(decide(histories.PREPARING, cancel('guest'), at)).toEqual({ kind: 'refused', status: 'PREPARING' });
    expect(decide(histories.READY, cancel('manager'), at).kind).toBe('accepted');
    expect(decide(after('TAKEAWAY', confirm, start, ready, handOver), cancel('manager'), at).kind).toBe('refused');
  });

  it('completes an order at the counter only after its hand-over, and refuses to hand over a delivery', () => {
    expect(decide(histories.READY, complete, at).kind).toBe('refused');
    expect(decide(histories.READY, sendOut, at).kind).toBe('refused');
    expect(decide(after('DELIVERY', confirm, start, ready), handOver, at).kind).toBe('refused');
    expect(decide(after('DELIVERY', confirm, start, ready), complete, at).kind).toBe('refused');
  });

  it('lets a deadline cancel an order only in the status that it was set for', () => {
    const expire = { kind: 'expire', by: 'saga', awaiting: 'CONFIRMED', reason: 'KITCHEN_START_TIMED_OUT' } as const;
    expect(decide(histories.CONFIRMED, expire, at)).toMatchObject({
      kind: 'accepted',
      events: [{ data: { to: 'CANCELLED', reason: 'KITCHEN_START_TIMED_OUT' } }],
    });
    expect(decide(histories.PREPARING, expire, at)).toEqual({ kind: 'refused', status: 'PREPARING' });
    const handedOver = after('TAKEAWAY', confirm, start, ready, handOver);
    expect(decide(handedOver, { ...expire, awaiting: 'READY' }, at)).toEqual({ kind: 'refused', status: 'READY' });
  });
});
