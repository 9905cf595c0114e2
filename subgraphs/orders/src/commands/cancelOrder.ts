import type { Principal } from '#platform/identity/principal.ts';
import type { Orders } from '../context.ts';
import { cancelsAs, ownOrders } from '../ownership.ts';
import { changeOrder, type ChangeOutcome } from './changeOrder.ts';

/** Calls an order off. Its saga hears of it and gives back what was paid and set aside. */
export function cancelOrder(domain: Orders, principal: Principal, orderId: string): Promise<ChangeOutcome> {
  const by = cancelsAs(principal);
  const reason = by === 'manager' ? 'CANCELLED_BY_STAFF' : 'CANCELLED_BY_CUSTOMER';
  return changeOrder(domain, orderId, { type: 'cancel', by, reason }, ownOrders(principal));
}
