import { DeliveryJobChanged, DeliveryStatusChanged } from '#schema/events/delivery.ts';
import type { StreamAppend } from '#platform/events/eventLog.ts';
import type { Deliveries, DeliveryRow, Tx } from './context.ts';
import { hasEnded, type DeliveryStatus } from './delivery.ts';
import { noDropoff } from './dropoff.ts';

export interface Move {
  readonly to: DeliveryStatus;
  readonly at: Date;
  /** The courier who takes the job; only with ASSIGNED. Nobody: a partner's courier does. */
  readonly courierId?: string;
  /** Code of the reason; only when the delivery ends without having been delivered. */
  readonly reason?: string | null;
}

const stamps: Readonly<Partial<Record<DeliveryStatus, 'assignedAt' | 'pickedUpAt'>>> = {
  ASSIGNED: 'assignedAt',
  PICKED_UP: 'pickedUpAt',
};

/**
 * Carries out a change of status that was decided under the delivery's lock: updates the row, and appends the events
 * for other domains and for the courier's screen.
 */
export async function moveDelivery(
  domain: Deliveries,
  tx: Tx,
  delivery: DeliveryRow,
  { to, at, courierId, reason = null }: Move,
): Promise<DeliveryRow> {
  const stamp = stamps[to];
  const moved = await tx.delivery.update({
    where: { id: delivery.id },
    data: {
      status: to,
      reason,
      ...(courierId && { courierId }),
      ...(stamp && { [stamp]: at }),
      ...(to === 'REQUESTED' && { courierId: null, partner: null, assignedAt: null }),
      ...(to !== 'REQUESTED' && { nextCarrierAt: null }),
      ...(hasEnded(to) && { endedAt: at, ...noDropoff }),
    },
  });
  await appendStatusChange(domain, tx, moved, delivery.status as DeliveryStatus, at);
  // The screen of a courier whose job was given to others reads its jobs again.
  if (to === 'REQUESTED') await notifyCourier(domain, tx, { ...moved, courierId: delivery.courierId }, at);
  return moved;
}

/** Appends the event about a change of status, and the one that updates the courier's screen. */
export async function appendStatusChange(
  domain: Deliveries,
  tx: Tx,
  delivery: DeliveryRow,
  from: DeliveryStatus | null,
  at: Date,
): Promise<void> {
  const { id: deliveryId, orderId, storeId, customerId, courierId, reason } = delivery;
  const to = delivery.status as DeliveryStatus;
  const changed = DeliveryStatusChanged.of({
    deliveryId,
    orderId,
    storeId,
    customerId,
    courierId,
    from,
    to,
    reason,
    at: at.toISOString(),
  });
  await domain.events.appendAll(tx, [{ expectedVersion: null, events: [changed] }, ...forCourier(delivery, at)]);
}

/** Appends the event that makes the courier's screen read its jobs again, when the delivery has a courier. */
export const notifyCourier = async (domain: Deliveries, tx: Tx, delivery: DeliveryRow, at: Date): Promise<void> =>
  void (await domain.events.appendAll(tx, forCourier(delivery, at)));

const forCourier = ({ id, courierId, status }: DeliveryRow, at: Date): StreamAppend[] =>
  courierId === null
    ? []
    : [
        {
          expectedVersion: null,
          events: [
            DeliveryJobChanged.of({
              courierId,
              deliveryId: id,
              status: status as DeliveryStatus,
              at: at.toISOString(),
            }),
          ],
        },
      ];

/** Locks a delivery until the transaction ends, so that a decision about it still holds when it is written. */
export async function lockDelivery(tx: Tx, deliveryId: string): Promise<DeliveryRow | null> {
  await tx.$queryRaw`SELECT 1 FROM delivery WHERE id = ${deliveryId}::uuid FOR UPDATE`;
  return tx.delivery.findUnique({ where: { id: deliveryId } });
}
