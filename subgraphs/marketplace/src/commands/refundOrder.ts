import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Marketplace } from '../context.ts';
import { enter } from '../entries.ts';
import { lockOrder, moneyMoved, tell } from '../record.ts';
import { partOfRefund } from '../split.ts';

export interface RefundOrder {
  readonly idempotencyKey: string;
  readonly orderId: string;
  readonly amount?: number | null;
}

export type RefundOrderOutcome =
  | { readonly kind: 'done' | 'notFulfilled'; readonly orderId: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'tooMuch'; readonly left: number };

/**
 * Pays a fulfilled order back, or a part of it, once per idempotency key: takes the vendor's part back at once, and
 * leaves it to the loop that settles to move the money.
 */
export const refundOrder = (
  domain: Marketplace,
  principal: Principal,
  { idempotencyKey: key, ...body }: RefundOrder,
): Promise<RefundOrderOutcome> =>
  domain.transaction((tx) => {
    const request = { principal, mutation: 'refundMarketplaceOrder', key, body, now: domain.clock() };
    return idempotent<RefundOrderOutcome>(tx, request, async () => {
      const { orderId } = body;
      const order = isId(orderId) ? await lockOrder(tx, orderId) : null;
      if (!order) return { kind: 'notFound' };
      if (order.status !== 'FULFILLED') return { kind: 'notFulfilled', orderId };
      const left = order.total - order.refunded;
      const amount = body.amount ?? left;
      if (amount < 1 || amount > left) return { kind: 'tooMuch', left };
      await takeBack(domain, tx, order, amount);
      return { kind: 'done', orderId };
    });
  });

async function takeBack(
  domain: Marketplace,
  tx: Parameters<typeof lockOrder>[0],
  order: MarketplaceOrder,
  amount: number,
): Promise<void> {
  const { id: orderId, vendorId, refunded } = order;
  const part = partOfRefund(order, refunded, amount);
  const now = domain.clock();
  await tx.refund.create({ data: { id: domain.newId(), orderId, amount, createdAt: now } });
  await enter(domain, tx, { vendorId, orderId, kind: 'TAKEN_BACK', amount: -part.vendorShare, payable: true });
  await tell(domain, tx, order, [moneyMoved(order, 'REFUNDED', part, now)], { refunded: refunded + amount });
}
