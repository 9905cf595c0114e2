import type {
  PurchaseOrderDifferenceResolvers,
  PurchaseOrderLineResolvers,
  PurchaseOrderResolvers,
  RecallResolvers,
  ShippingNoticeResolvers,
} from '#generated/inventory/resolvers.ts';
import type { DifferenceKind, PurchaseOrderStatus } from '../suppliers/purchaseOrder.ts';
import { whatToDo } from '../suppliers/purchaseOrderQueries.ts';

const nameOf = ({ name }: { readonly name: unknown }): string => (name as Record<string, string>)['en'] ?? '';

export const PurchaseOrder: PurchaseOrderResolvers = {
  status: ({ status }) => status as PurchaseOrderStatus,
  expectedAt: ({ expectedAt }) => expectedAt?.toISOString() ?? null,
  createdAt: ({ createdAt }) => createdAt.toISOString(),
  closedAt: ({ closedAt }) => closedAt?.toISOString() ?? null,
  lines: ({ lines }) => lines.toSorted((a, b) => nameOf(a.ingredient).localeCompare(nameOf(b.ingredient), 'en')),
};

export const PurchaseOrderLine: PurchaseOrderLineResolvers = {
  packPrice: ({ packs, price: amount, currency, exponent }) => (packs === 0 ? null : { amount, currency, exponent }),
};

export const ShippingNotice: ShippingNoticeResolvers = {
  notedAt: ({ notedAt }) => notedAt.toISOString(),
  arrivedAt: ({ arrivedAt }) => arrivedAt?.toISOString() ?? null,
};

export const PurchaseOrderDifference: PurchaseOrderDifferenceResolvers = {
  kind: ({ kind }) => kind as DifferenceKind,
  todo: ({ kind }) => whatToDo[kind as DifferenceKind],
};

export const Recall: RecallResolvers = {
  id: ({ storeId, recallId }) => `${storeId}:${recallId}`,
  ingredient: ({ recall }) => recall.ingredient,
  reason: ({ recall }) => recall.reason,
  deliveryNotes: ({ recall }) => recall.deliveryNotes,
  at: ({ at }) => at.toISOString(),
};
