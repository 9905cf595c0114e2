import type { MarketplaceOrder } from '#generated/marketplace/prisma/client.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import { MarketplaceMoneyMoved, MarketplaceOrderChanged } from '#schema/events/marketplace.ts';
import type { Marketplace, Tx } from './context.ts';
import { isFinal, type MarketplaceOrderStatus } from './order.ts';
import type { Split } from './split.ts';

/** Locks an order until the transaction ends, and reads it; null if there is none. */
export async function lockOrder(tx: Tx, id: string): Promise<MarketplaceOrder | null> {
  await tx.$queryRaw`SELECT 1 FROM marketplace_order WHERE id = ${id}::uuid FOR UPDATE`;
  return tx.marketplaceOrder.findUnique({ where: { id } });
}

/** The event of money of an order: its split, or a refund of a part of it. */
export const moneyMoved = (
  { id: marketplaceOrderId, vendorId, customerId, currency, exponent }: MarketplaceOrder,
  what: 'SPLIT' | 'REFUNDED',
  { vendorShare, fee, tax }: Split,
  at: Date,
): NewEvent =>
  MarketplaceMoneyMoved.of({
    marketplaceOrderId,
    vendorId,
    customerId,
    what,
    amount: vendorShare + fee + tax,
    vendorShare,
    fee,
    tax,
    currency,
    exponent,
    at: at.toISOString(),
  });

type Set = Partial<Omit<MarketplaceOrder, 'id' | 'version' | 'status' | 'lines'>>;

/** Appends events to the stream of a locked order, and changes its row besides. */
export async function tell(
  domain: Marketplace,
  tx: Tx,
  { id, version }: MarketplaceOrder,
  events: readonly NewEvent[],
  set: Set = {},
): Promise<MarketplaceOrder> {
  await domain.events.append(tx, version, events);
  return tx.marketplaceOrder.update({ where: { id }, data: { ...set, version: version + events.length } });
}

/** Brings a locked order to another status, and tells of it. */
export async function move(
  domain: Marketplace,
  tx: Tx,
  order: MarketplaceOrder,
  to: MarketplaceOrderStatus,
  { reason = null, ...set }: Set = {},
): Promise<MarketplaceOrder> {
  const at = domain.clock();
  const { id: marketplaceOrderId, vendorId, customerId, status } = order;
  await domain.events.append(tx, order.version, [
    MarketplaceOrderChanged.of({
      marketplaceOrderId,
      vendorId,
      customerId,
      from: status as MarketplaceOrderStatus,
      to,
      reason,
      at: at.toISOString(),
    }),
  ]);
  return tx.marketplaceOrder.update({
    where: { id: marketplaceOrderId },
    data: {
      answerBy: null,
      ...set,
      status: to,
      reason,
      version: order.version + 1,
      ...(isFinal(to) && { endedAt: at }),
    },
  });
}
