import type { Prisma } from '#generated/inventory/prisma/client.ts';
import { olderThan, pagedList, sortable } from '#platform/subgraph/connection.ts';
import type { Inventory } from '../context.ts';
import { openStatuses, type DifferenceKind } from './purchaseOrder.ts';

export const purchaseOrderList = pagedList('purchaseOrders', [sortable.instant, sortable.id]);
export const recallList = pagedList('recalls', [sortable.instant, sortable.text]);

const mostNotices = 100;
/** A store's own lines and those that came besides. */
const mostLines = 200;

const withParts = {
  lines: { include: { ingredient: true }, take: mostLines, orderBy: { ingredientId: 'asc' } },
  notices: { orderBy: [{ notedAt: 'asc' }, { deliveryNote: 'asc' }], take: mostNotices },
  differences: { include: { ingredient: true }, orderBy: [{ ingredientId: 'asc' }, { kind: 'asc' }] },
} as const satisfies Prisma.PurchaseOrderInclude;

/** An order as queries read it. */
export type PurchaseOrderView = Prisma.PurchaseOrderGetPayload<{ include: typeof withParts }>;
export type PurchaseOrderLineView = PurchaseOrderView['lines'][number];
export type PurchaseOrderDifferenceView = PurchaseOrderView['differences'][number];

const withRecall = { recall: { include: { ingredient: true } } } as const satisfies Prisma.RecallAtStoreInclude;
export type RecallView = Prisma.RecallAtStoreGetPayload<{ include: typeof withRecall }>;

export const readPurchaseOrder = ({ db }: Inventory, id: string): Promise<PurchaseOrderView> =>
  db.purchaseOrder.findUniqueOrThrow({ where: { id }, include: withParts });

/** A page of a store's orders, newest first. */
export const readPurchaseOrders = (
  { db }: Inventory,
  storeId: string,
  openOnly: boolean,
  { after, limit }: { readonly after: readonly [string, string] | undefined; readonly limit: number },
): Promise<PurchaseOrderView[]> =>
  db.purchaseOrder.findMany({
    where: { storeId, ...(openOnly && { status: { in: [...openStatuses] } }), ...olderThan(after) },
    include: withParts,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  });

/** A page of what a store has taken off its stock on recalls, newest first. */
export const readRecalls = (
  { db }: Inventory,
  storeId: string,
  { after, limit }: { readonly after: readonly [string, string] | undefined; readonly limit: number },
): Promise<RecallView[]> => {
  const [time, recallId] = after ?? [];
  const at = time === undefined ? undefined : new Date(time);
  return db.recallAtStore.findMany({
    where: { storeId, ...(at && { OR: [{ at: { lt: at } }, { at, recallId: { lt: recallId } }] }) },
    include: withRecall,
    orderBy: [{ at: 'desc' }, { recallId: 'desc' }],
    take: limit + 1,
  });
};

/** What the store's staff do about a difference. */
export const whatToDo: Readonly<Record<DifferenceKind, string>> = {
  SENT_LESS: 'Nothing: it is not billed. What is low still is ordered anew.',
  SENT_MORE: 'Keep it if you can use it: it is billed. Otherwise send it back within the time on the delivery note.',
  NOT_ORDERED: 'Ask the supplier to take it back, or keep it: then it is billed.',
  MISSING: 'Claim it from the supplier, with the number of the delivery note: it is billed, and did not come.',
  SURPLUS: 'Tell the supplier: it came, and is not on the delivery note. Keep it if the supplier bills it.',
};
