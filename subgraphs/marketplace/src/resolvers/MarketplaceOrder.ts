import type {
  MarketplaceOrderReason,
  MarketplaceOrderResolvers,
  MarketplaceOrderStatus,
} from '#generated/marketplace/resolvers.ts';
import { soldLines } from '../order.ts';
import { maySeeOrder, maySeeVendor } from '../ownership.ts';
import { moneyOf } from '../views.ts';

export const MarketplaceOrder: MarketplaceOrderResolvers = {
  async __resolveReference({ id }, { loaders, principal }) {
    const order = await loaders.orderById.load(id);
    return order && maySeeOrder(principal, order) ? order : null;
  },
  vendor: ({ vendorId }, _args, { loaders }) => loaders.vendorById.load(vendorId),
  status: ({ status }) => status as MarketplaceOrderStatus,
  reason: ({ reason }) => reason as MarketplaceOrderReason | null,
  lines: ({ lines, currency, exponent }) => soldLines.parse(lines).map((line) => ({ ...line, currency, exponent })),
  total: (order) => moneyOf(order, order.total),
  refunded: (order) => moneyOf(order, order.refunded),
  beside: ({ besideOrderId }) => (besideOrderId === null ? null : { id: besideOrderId }),
  answerBy: ({ answerBy }) => answerBy?.toISOString() ?? null,
  vendorShare: (order, _args, { principal }) =>
    maySeeVendor(principal, order.vendorId) ? moneyOf(order, order.vendorShare) : null,
  fee: (order, _args, { principal }) => (maySeeVendor(principal, order.vendorId) ? moneyOf(order, order.fee) : null),
  tax: (order, _args, { principal }) => (maySeeVendor(principal, order.vendorId) ? moneyOf(order, order.tax) : null),
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  endedAt: ({ endedAt }) => endedAt?.toISOString() ?? null,
};
