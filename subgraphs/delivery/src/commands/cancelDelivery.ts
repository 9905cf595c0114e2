import type { Deliveries } from '../context.ts';
import { cancel, type DeliveryState } from '../delivery.ts';
import { lockDelivery, moveDelivery } from '../moveDelivery.ts';
import { lockOrderNote } from '../orderNote.ts';

export interface CancelDelivery {
  readonly orderId: string;
  readonly reason: string;
  readonly unlessPickedUp: boolean;
}

/**
 * Cancels the delivery of an order. Returns false when that is no longer possible: see `cancel`. An order without a
 * delivery is remembered as cancelled, so that a dispatch that arrives later creates a cancelled delivery.
 */
export async function cancelDelivery(
  domain: Deliveries,
  { orderId, reason, unlessPickedUp }: CancelDelivery,
): Promise<boolean> {
  return domain.transaction(async (tx) => {
    const at = domain.clock();
    await lockOrderNote(tx, orderId);
    const found = await tx.delivery.findUnique({ where: { orderId }, select: { id: true } });
    const delivery = found && (await lockDelivery(tx, found.id));
    const decision = delivery ? cancel(delivery as DeliveryState, { unlessPickedUp }) : { kind: 'done' as const };
    if (decision.kind === 'refused') return false;
    await tx.orderNote.updateMany({ where: { orderId, calledOffAt: null }, data: { calledOffAt: at } });
    if (delivery && decision.kind === 'move')
      await moveDelivery(domain, tx, delivery, { to: decision.to, at, reason: reason || 'ORDER_CALLED_OFF' });
    return true;
  });
}
