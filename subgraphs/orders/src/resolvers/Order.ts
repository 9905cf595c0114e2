import type { OrderReason, OrderResolvers, OrderStatus, OrderTimelineEntry } from '#generated/orders/resolvers.ts';
import type { HistoryEntry } from '../loaders.ts';
import { guestMayCancel } from '../order.ts';
import { dueAt } from '../storeDay.ts';
import { linesOf, type OrderView } from '../orderView.ts';

const money = (order: OrderView, amount: number) => ({ amount, currency: order.currency, exponent: order.exponent });

const kinds = {
  OrderCreated: 'CREATED',
  OrderStatusChanged: 'STATUS_CHANGED',
  OrderHandedOver: 'HANDED_OVER',
} as const;

/**
 * Makes the timeline from the order's events. An entry for an event that changes no status has the status of the
 * entry before it. An event of a kind that this process does not know, because a newer one has appended it, is left
 * out.
 */
function timelineOf(history: readonly HistoryEntry[]): OrderTimelineEntry[] {
  let status: OrderStatus = 'PLACED';
  return history.flatMap(({ version, type, data, at }) => {
    if (!(type in kinds)) return [];
    status = (data['to'] as OrderStatus | undefined) ?? status;
    return {
      version,
      kind: kinds[type as keyof typeof kinds],
      status,
      reason: (data['reason'] as OrderReason | undefined) ?? null,
      at: at.toISOString(),
    };
  });
}

export const Order: OrderResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.orderById.load(id),
  reason: (order) => order.reason as OrderReason | null,
  status: (order) => order.status as OrderStatus,
  store: (order) => ({ id: order.storeId }),
  customer: (order) => (order.customerId ? { id: order.customerId } : null),
  lines: (order) => linesOf(order).map((line) => ({ line, currency: order.currency, exponent: order.exponent })),
  subtotal: (order) => money(order, order.subtotal),
  deliveryFee: (order) => money(order, order.deliveryFee),
  tax: (order) => money(order, order.tax),
  total: (order) => money(order, order.total),
  dueAt: (order, _args, { domain }) =>
    dueAt(order, Number(domain.config['ORDER_KITCHEN_TARGET_SECONDS']))?.toISOString() ?? null,
  cancellable: (order) => guestMayCancel(order.status as OrderStatus),
  timeline: async (order, _args, { loaders }) => timelineOf(await loaders.history.load(order.id)),
};
