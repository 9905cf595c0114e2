import { DeliveryJobChanged, DeliveryStatusChanged } from '#schema/events/delivery.ts';
import type { StreamAppend } from '#platform/events/eventLog.ts';
import type { Deliveries, DeliveryRow, Tx } from './context.ts';
import { hasEnded, type DeliveryStatus } from './delivery.ts';
import { noDropoff } from './dropoff.ts';

export interface Move {
  readonly to: DeliveryStatus;
  readonly at: Date;
  /** Who takes it; only with ASSIGNED. */
  readonly courierId?: string;
  /** A code; only when it ends otherwise than delivered. */
  readonly reason?: string | null;
}

const stamps: Readonly<Partial<Record<DeliveryStatus, 'assignedAt' | 'pickedUpAt'>>> = {
  ASSIGNED: 'assignedAt',
  PICKED_UP: 'pickedUpAt',
};

/**
 * Carries out a move that was decided under the delivery's lock: the row, what others hear of it, and what the
 * courier's screen hears.
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
      ...(hasEnded(to) && { endedAt: at, ...noDropoff }),
    },
  });
  await tellStatus(domain, tx, moved, delivery.status as DeliveryStatus, at);
  return moved;
}

/** Appends what happened to a delivery, and what its courier's screen shall hear. */
export async function tellStatus(
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

/** Tells the screen of the delivery's courier, if it has one, to look again. */
export const tellCourier = async (domain: Deliveries, tx: Tx, delivery: DeliveryRow, at: Date): Promise<void> =>
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

/** Locks a delivery until the transaction ends, so that what is decided about it still holds when it is written. */
export async function lockDelivery(tx: Tx, deliveryId: string): Promise<DeliveryRow | null> {
  await tx.$queryRaw`SELECT 1 FROM delivery WHERE id = ${deliveryId}::uuid FOR UPDATE`;
  return tx.delivery.findUnique({ where: { id: deliveryId } });
}
