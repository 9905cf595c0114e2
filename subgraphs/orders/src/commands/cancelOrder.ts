import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Orders } from '../context.ts';
import { cancels, type Cancelling } from '../ownership.ts';
import { changeOrder, type ChangeOutcome } from './changeOrder.ts';
import { reachFor } from './reachFor.ts';

const reach = reachFor('Nothing was cancelled');

/**
 * Cancels an order. The saga of the order learns of it and undoes its steps: it pays back or releases the money, and
 * releases the stock.
 * While the food is ready for delivery, only the delivery domain knows for certain whether the courier has picked it
 * up, since the event may still be on its way. So the delivery is cancelled first, and the order only if that worked.
 */
export async function cancelOrder(domain: Orders, principal: Principal, orderId: string): Promise<ChangeOutcome> {
  for (const way of cancels(principal)) {
    const outcome = await cancelAs(domain, way, orderId);
    if (outcome.kind !== 'notFound') return outcome;
  }
  return { kind: 'notFound' };
}

async function cancelAs(domain: Orders, { by, own }: Cancelling, orderId: string): Promise<ChangeOutcome> {
  const cancel = {
    kind: 'cancel',
    by,
    reason: by === 'manager' ? 'CANCELLED_BY_STAFF' : 'CANCELLED_BY_CUSTOMER',
  } as const;
  const outcome = await changeOrder(domain, orderId, cancel, { own });
  if (outcome.kind !== 'refused' || outcome.status !== 'READY' || by !== 'manager') return outcome;
  const delivered = await domain.db.order.count({ where: { id: orderId, service: 'DELIVERY' } });
  if (delivered === 0) return outcome;
  const { cancelled } = await reach(
    'delivery',
    domain.rpc.client(DeliveryCommandService).cancel({
      orderId,
      reason: cancel.reason,
      idempotencyKey: `${orderId}:cancelDelivery`,
      unlessPickedUp: true,
    }),
  );
  return cancelled ? changeOrder(domain, orderId, { ...cancel, courierCalledOff: true }, { own }) : outcome;
}
