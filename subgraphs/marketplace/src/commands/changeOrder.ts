import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Marketplace, Tx } from '../context.ts';
import { makePayable } from '../entries.ts';
import { mayBecome } from '../order.ts';
import { customerOf, vendorOf } from '../ownership.ts';
import { lockOrder, move } from '../record.ts';

export type ChangeOrderOutcome =
  { readonly kind: 'done' | 'notAllowed'; readonly order: MarketplaceOrder } | { readonly kind: 'notFound' };

interface Change {
  readonly to: 'ACCEPTED' | 'DECLINED' | 'FULFILLED' | 'CANCELLED';
  readonly reason?: string;
  /** Whether the order is the caller's, for this change. */
  readonly isTheirs: (order: MarketplaceOrder) => boolean;
  /** Whether the order allows the change, besides what its status says. */
  readonly allows?: (order: MarketplaceOrder, tx: Tx) => boolean | Promise<boolean>;
  readonly besides?: (tx: Tx, order: MarketplaceOrder) => Promise<void>;
}

/** Brings an order to another status. A change that was made before is done again, and changes nothing. */
const change = async (domain: Marketplace, orderId: string, wanted: Change): Promise<ChangeOrderOutcome> => {
  if (!isId(orderId)) return { kind: 'notFound' };
  return domain.transaction(async (tx): Promise<ChangeOrderOutcome> => {
    const order = await lockOrder(tx, orderId);
    if (!order || !wanted.isTheirs(order)) return { kind: 'notFound' };
    const { to, reason = null } = wanted;
    if (order.status === to && order.reason === reason) return { kind: 'done', order };
    if (!mayBecome(order.status, to) || (await wanted.allows?.(order, tx)) === false)
      return { kind: 'notAllowed', order };
    const changed = await move(domain, tx, order, to, { reason });
    await wanted.besides?.(tx, order);
    return { kind: 'done', order: changed };
  });
};

const byVendor =
  (principal: Principal) =>
  ({ vendorId }: MarketplaceOrder): boolean =>
    vendorOf(principal) === vendorId;

export const acceptOrder = (domain: Marketplace, principal: Principal, orderId: string): Promise<ChangeOrderOutcome> =>
  change(domain, orderId, {
    to: 'ACCEPTED',
    isTheirs: byVendor(principal),
    // The saga ends what was not answered in time. Until it has, nobody may accept any more.
    allows: ({ answerBy }) => answerBy !== null && answerBy > domain.clock(),
  });

export const declineOrder = (domain: Marketplace, principal: Principal, orderId: string): Promise<ChangeOrderOutcome> =>
  change(domain, orderId, { to: 'DECLINED', reason: 'VENDOR_DECLINED', isTheirs: byVendor(principal) });

export const fulfilOrder = (domain: Marketplace, principal: Principal, orderId: string): Promise<ChangeOrderOutcome> =>
  change(domain, orderId, {
    to: 'FULFILLED',
    isTheirs: byVendor(principal),
    // The saga takes the money and enters the share first: until it has, the bank may still refuse, and the order end.
    allows: async (_order, tx) => (await tx.vendorEntry.count({ where: { orderId, kind: 'SHARE' } })) > 0,
    besides: (tx, { vendorId }) => makePayable(tx, vendorId, orderId),
  });

export const cancelOrder = (domain: Marketplace, principal: Principal, orderId: string): Promise<ChangeOrderOutcome> =>
  change(domain, orderId, {
    to: 'CANCELLED',
    reason: 'CANCELLED_BY_CUSTOMER',
    isTheirs: ({ customerId }) => customerOf(principal) === customerId,
    allows: ({ status }) => status !== 'ACCEPTED',
  });
