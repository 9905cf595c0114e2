import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Deliveries, DeliveryRow } from '../context.ts';
import { report, type DeliveryState, type DeliveryStatus, type ReportedStatus } from '../delivery.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import { courierOf } from '../ownership.ts';

export interface ReportDeliveryStatus {
  readonly deliveryId: string;
  readonly status: ReportedStatus;
  /** Code of the reason; required when the delivery failed. */
  readonly reason: string | null;
}

export type ReportDeliveryStatusOutcome =
  | { readonly kind: 'done'; readonly delivery: DeliveryRow }
  | { readonly kind: 'notPossible'; readonly status: DeliveryStatus }
  | { readonly kind: 'notFound' | 'notReady' | 'reasonMissing' };

/**
 * Records the status that a courier reports for their job. The first report of a status appends an event; repeating
 * it gives the same answer and changes nothing.
 */
export async function reportDeliveryStatus(
  domain: Deliveries,
  principal: Principal,
  { deliveryId, status, reason }: ReportDeliveryStatus,
): Promise<ReportDeliveryStatusOutcome> {
  const courierId = courierOf(principal);
  if (!courierId || !isId(deliveryId)) return { kind: 'notFound' };
  if (status === 'FAILED' && !reason) return { kind: 'reasonMissing' };
  return domain.transaction<ReportDeliveryStatusOutcome>(async (tx) => {
    const delivery = await lockDelivery(tx, deliveryId);
    if (!delivery) return { kind: 'notFound' };
    const note = await tx.orderNote.findUnique({ where: { orderId: delivery.orderId } });
    const decision = report(delivery as DeliveryState, courierId, status, note?.readyAt != null);
    if (decision.kind === 'done') return { kind: 'done', delivery };
    if (decision.kind === 'move') {
      const move = { to: decision.to, at: domain.clock(), reason: status === 'FAILED' ? reason : null };
      return { kind: 'done', delivery: await moveDelivery(domain, tx, delivery, move) };
    }
    switch (decision.why) {
      case 'NOT_YOURS':
        return { kind: 'notFound' };
      case 'NOT_READY':
        return { kind: 'notReady' };
      case 'NOT_POSSIBLE':
        return { kind: 'notPossible', status: delivery.status as DeliveryStatus };
    }
  });
}
