import type { KitchenQueue } from '#generated/orders/prisma/client.ts';
import { feedChanges } from '#platform/events/feedChanges.ts';
import { inSnapshot } from '#platform/events/sqlTx.ts';
import type { Orders } from '../context.ts';
import { streamOf } from '../order.ts';
import { caughtUp } from './feedHead.ts';
import { inTheKitchen, kitchenQueue, type KitchenTicketView } from './kitchenQueue.ts';

export interface KitchenQueueChangesView {
  readonly storeId: string;
  readonly version: number;
  readonly reset: boolean;
  /** Oldest first. */
  readonly changed: readonly KitchenTicketView[];
  /** Ids of orders. */
  readonly removed: readonly string[];
}

/** More than any kitchen takes on. */
const longest = 1_000;

const columns = `order_id::text AS "orderId", store_id::text AS "storeId", number, service, status, lines, placed_at AS "placedAt", since, feed_version AS "feedVersion", ahead`;

/**
 * What changed in a kitchen after a version of its store's feed, or everything. The version is the one that the
 * projection has reached; what had happened when it was asked for is in, unless the projection lags by more than half a
 * second.
 */
export async function kitchenQueueChanges(
  domain: Orders,
  storeId: string,
  since: number | null,
): Promise<KitchenQueueChangesView> {
  const feed = `store:${storeId}`;
  const happened = await inSnapshot(domain.pool, (tx) => domain.events.feedVersion(tx, feed));
  return caughtUp(
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
      `SELECT ${columns} FROM kitchen_queue WHERE store_id = $1::uuid AND (status = ANY ($2::text[]) OR order_id = store_id)
     ORDER BY placed_at, order_id LIMIT ${longest + 1}`,
      storeId,
      inTheKitchen,
    );
    // The head is older than any order.
    const version = rows.find(({ orderId }) => orderId === storeId)?.feedVersion ?? 0;
    const tickets = rows.filter(({ orderId }) => orderId !== storeId);
    const { changed } = await feedChanges(tx, { feed, since, upTo: version, events: kitchenQueue.events });
    if (!changed) return { storeId, version, reset: true, changed: tickets, removed: [] };
    const streams = new Set(changed);
    const there = tickets.filter(({ orderId }) => streams.delete(streamOf(orderId)));
    return {
      storeId,
      version,
      reset: false,
      changed: there,
      removed: [...streams].map((stream) => stream.slice(streamOf('').length)),
    };
  });
