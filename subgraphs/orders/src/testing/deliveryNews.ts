import { v7 as uuidv7 } from 'uuid';
import type { DataOf, EventEnvelope } from '#platform/events/defineEvent.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { DeliveryStatusChanged } from '#schema/events/delivery.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { customerId, storeId } from './otherDomains.ts';

type Data = DataOf<typeof DeliveryStatusChanged>;
const versions = ['REQUESTED', 'ASSIGNED', 'PICKED_UP', 'DELIVERED', 'FAILED', 'CANCELLED'];

/** A message of the bus: its key is the event's aggregate. */
interface News {
  readonly key: string;
  readonly value: EventEnvelope;
}

const message = (value: EventEnvelope): News => ({ key: value.metadata.aggregateId, value });

/** What delivery would publish about the delivery of an order. */
export function deliveryStatusChanged(orderId: string, to: Data['to']): News {
  const deliveryId = seedId('delivery', orderId);
  const at = new Date().toISOString();
  return message({
    eventId: uuidv7(),
    eventType: DeliveryStatusChanged.name,
    version: '1.0',
    timestamp: at,
    source: 'delivery-service',
    data: {
      deliveryId,
      orderId,
      storeId,
      customerId,
      courierId: seedId('courier', 1),
      from: null,
      to,
      reason: null,
      at,
    },
    metadata: {
      aggregateId: `delivery:${deliveryId}`,
      aggregateVersion: versions.indexOf(to) + 1,
      causationId: 'test',
      correlationId: 'test',
      traceparent: newTraceparent(),
      actor: 'service:delivery',
    },
  });
}

/** What payments would publish about a refund that staff made. */
export const refunded = (orderId: string): News => paymentProcessed(orderId, { outcome: 'REFUNDED' });

/** What payments would publish about a guest who was asked by their bank. */
export const confirmed = (orderId: string): News =>
  paymentProcessed(orderId, { outcome: 'AUTHORISED', afterChallenge: true });

function paymentProcessed(
  orderId: string,
  told: Pick<DataOf<typeof PaymentProcessed>, 'outcome' | 'afterChallenge'>,
): News {
  const paymentId = seedId('payment', orderId);
  const at = new Date().toISOString();
  return message({
    eventId: uuidv7(),
    eventType: PaymentProcessed.name,
    version: '1.0',
    timestamp: at,
    source: 'payments-service',
    data: {
      paymentId,
      orderId,
      storeId,
      ...told,
      amount: 1_070,
      currency: 'EUR',
      exponent: 2,
      reason: null,
      at,
    },
    metadata: {
      aggregateId: `payment:${paymentId}`,
      aggregateVersion: 3,
      causationId: 'test',
      correlationId: 'test',
      traceparent: newTraceparent(),
      actor: 'service:payments',
    },
  });
}
