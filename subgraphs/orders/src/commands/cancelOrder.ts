import { DeliveryCommandService } from '#generated/proto/drburger/delivery/v1/delivery_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Orders } from '../context.ts';
import { cancelsAs, ownOrders } from '../ownership.ts';
import { changeOrder, type ChangeOutcome } from './changeOrder.ts';
import { reachFor } from './reachFor.ts';

const reach = reachFor('Nothing was cancelled');

/**
 * Calls an order off. Its saga hears of it and gives back what was paid and set aside. What has happened wins over what
 * is decided, whoever hears of it late: once the food is ready to be delivered, delivery alone knows whether the
 * courier has it, so the courier is called off first.
 */
export async function cancelOrder(domain: Orders, principal: Principal, orderId: string): Promise<ChangeOutcome> {
  const by = cancelsAs(principal);
  const own = ownOrders(principal);
  const cancel = {
    kind: 'cancel',
    by,
    reason: by === 'manager' ? 'CANCELLED_BY_STAFF' : 'CANCELLED_BY_CUSTOMER',
  } as const;
  const outcome = await changeOrder(domain, orderId, cancel, own);
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
  return cancelled ? changeOrder(domain, orderId, { ...cancel, courierCalledOff: true }, own) : outcome;
}
