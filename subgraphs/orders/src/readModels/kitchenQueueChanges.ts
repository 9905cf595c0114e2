import type { KitchenQueue } from '#generated/orders/prisma/client.ts';
import { feedChanges } from '#platform/events/feedChanges.ts';
import { inSnapshot } from '#platform/events/sqlTx.ts';
import type { Orders } from '../context.ts';
import { streamOf } from '../order.ts';
import { caughtUp } from './feedHead.ts';
import { inTheKitchen, kitchenQueue, ticketColumns, type KitchenTicketView } from './kitchenQueue.ts';

export interface KitchenQueueChangesView {
  readonly storeId: string;
  readonly version: number;
  readonly reset: boolean;
  /** Oldest first. */
  readonly changed: readonly KitchenTicketView[];
  /** Ids of the orders whose tickets are gone. */
  readonly removed: readonly string[];
}

/**
 * The most tickets of a kitchen that are told, the oldest. Far fewer are usual; while there are more, each answer has
 * them all, because a ticket comes into view when another one goes, which no event of its own tells.
 */
const longest = 1_000;

/**
 * The tickets of a kitchen that changed after a version of its store's feed, or all tickets. `version` is the one
 * that the projection has reached: it includes everything that had happened before the request, unless the projection
 * is more than half a second behind.
 */
export async function kitchenQueueChanges(
  domain: Orders,
  storeId: string,
  since: number | null,
): Promise<KitchenQueueChangesView> {
  const feed = `store:${storeId}`;
  const happened = await inSnapshot(domain.pool, (tx) => domain.events.feedVersion(tx, feed));
  return caughtUp(
    domain.pool,
    [storeId],
    () => projected(domain, storeId, feed, since),
    ({ version }) => version >= happened,
  );
}

const projected = (
  domain: Orders,
  storeId: string,
  feed: string,
  since: number | null,
): Promise<KitchenQueueChangesView> =>
  inSnapshot(domain.pool, async (tx) => {
    const rows = await tx.$queryRawUnsafe<KitchenQueue[]>(
      `SELECT ${ticketColumns} FROM kitchen_queue WHERE store_id = $1::uuid AND (status = ANY ($2::text[]) OR order_id = store_id)
     ORDER BY placed_at, order_id LIMIT ${longest + 2}`,
      storeId,
      inTheKitchen,
    );
    // The head row sorts before all orders, so the limit never cuts it off.
    const version = rows.find(({ orderId }) => orderId === storeId)?.feedVersion ?? 0;
    const tickets = rows.filter(({ orderId }) => orderId !== storeId);
    const { changed } = await feedChanges(tx, { feed, since, upTo: version, events: kitchenQueue.events });
    const streams = new Set(changed);
    const there = tickets.filter(({ orderId }) => streams.delete(streamOf(orderId)));
    // There were at most so many before, those that are gone since included.
    if (!changed || tickets.length + streams.size > longest)
      return { storeId, version, reset: true, changed: tickets.slice(0, longest), removed: [] };
    return {
      storeId,
      version,
      reset: false,
      changed: there,
      removed: [...streams].map((stream) => stream.slice(streamOf('').length)),
    };
  });
