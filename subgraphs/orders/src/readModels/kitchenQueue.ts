import type { KitchenQueue } from '#generated/orders/prisma/client.ts';
import type { DataOf, EventEnvelope } from '#platform/events/defineEvent.ts';
import { defineReadModel } from '#platform/events/defineReadModel.ts';
import type { SqlTx } from '#platform/events/eventLog.ts';
import { OrderCreated, OrderHandedOver, OrderStatusChanged } from '#schema/events/orders.ts';
import type { Orders } from '../context.ts';
import type { OrderCreatedData } from '../order.ts';
import { advance, type FeedHead } from './feedHead.ts';

export type KitchenTicketView = KitchenQueue;
export type KitchenLineView = OrderCreatedData['lines'][number];

export const ticketLines = (ticket: KitchenTicketView): KitchenLineView[] =>
  ticket.lines as unknown as KitchenLineView[];

export const inTheKitchen = ['CONFIRMED', 'PREPARING', 'READY'];
/** Of a ticket, as the client of the database names them. */
export const ticketColumns = `order_id::text AS "orderId", store_id::text AS "storeId", number, service, status, lines, placed_at AS "placedAt", since, feed_version AS "feedVersion", ahead`;
const longest = 200;

/**
 * Each store has one head row under the store's own id. It is not an order, but says up to which version of the
 * store's feed the queue is complete.
 */
const headIn = (table: string): FeedHead => ({
  table,
  row: {
    order_id: '$1::uuid',
    store_id: '$1::uuid',
    number: '0',
    service: `''`,
    status: `''`,
    lines: `'[]'`,
    placed_at: `'epoch'`,
    since: `'epoch'`,
  },
  key: 'order_id',
});

/**
 * Read model of the orders that each kitchen has to work on. A row is inserted when the order is created, since only
 * that event has the lines; it is shown from CONFIRMED on, and deleted when the food is handed over or picked up or
 * when the order ends. `pnpm events rebuild kitchenQueue` fills the read model again from the event log.
 */
export const kitchenQueue = defineReadModel<KitchenQueue>({
  name: 'kitchenQueue',
  table: 'kitchen_queue',
  events: [OrderCreated, OrderStatusChanged, OrderHandedOver],
  project: async (tx, event, table) => {
    await place(tx, event, table);
    await advance(tx, headIn(table), (event.data as { storeId: string }).storeId, event.metadata.feedVersion);
  },
});

function place(tx: SqlTx, event: EventEnvelope, table: string): Promise<void> {
  switch (event.eventType) {
    case OrderCreated.name:
      return insert(tx, event as EventEnvelope<OrderCreatedData>, table);
    case OrderStatusChanged.name:
      return move(tx, event as EventEnvelope<DataOf<typeof OrderStatusChanged>>, table);
    default:
      return remove(tx, (event.data as DataOf<typeof OrderHandedOver>).orderId, table);
  }
}

async function insert(tx: SqlTx, { data, metadata }: EventEnvelope<OrderCreatedData>, table: string): Promise<void> {
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} (order_id, store_id, number, service, status, lines, placed_at, since, feed_version, ahead)
     VALUES ($1::uuid, $2::uuid, $3::int, $4::text, 'PLACED', $5::jsonb, $6::timestamptz, $6::timestamptz, $7::int, '{}')`,
    data.orderId,
    data.storeId,
    data.orderNumber,
    data.service,
    JSON.stringify(data.lines),
    data.placedAt,
    metadata.feedVersion,
  );
}

async function move(
  tx: SqlTx,
  { data, metadata }: EventEnvelope<DataOf<typeof OrderStatusChanged>>,
  table: string,
): Promise<void> {
  if (!inTheKitchen.includes(data.to)) return remove(tx, data.orderId, table);
  await tx.$executeRawUnsafe(
    `UPDATE ${table} SET status = $2::text, since = $3::timestamptz, feed_version = $4::int WHERE order_id = $1::uuid`,
    data.orderId,
    data.to,
    data.at,
    metadata.feedVersion,
  );
}

async function remove(tx: SqlTx, orderId: string, table: string): Promise<void> {
  await tx.$executeRawUnsafe(`DELETE FROM ${table} WHERE order_id = $1::uuid`, orderId);
}

/** The tickets of several kitchens: at most 200 of each, each kitchen's oldest first. */
export async function ticketsOf(
  domain: Orders,
  storeIds: readonly string[],
): Promise<Map<string, KitchenTicketView[]>> {
  const { rows } = await domain.pool.query<KitchenQueue>(
    `SELECT ticket.* FROM unnest($1::uuid[]) AS store (id)
     CROSS JOIN LATERAL (
       SELECT ${ticketColumns} FROM kitchen_queue WHERE store_id = store.id AND status = ANY ($2::text[])
       ORDER BY placed_at, order_id LIMIT ${longest}
     ) AS ticket
     ORDER BY ticket."placedAt", ticket."orderId"`,
    [storeIds, inTheKitchen],
  );
  const byStore = new Map<string, KitchenTicketView[]>(storeIds.map((id) => [id, []]));
  for (const row of rows) byStore.get(row.storeId)!.push(row);
  return byStore;
}

/** Tickets of all kitchens, those first whose status changed longest ago. */
export const oldestTickets = (domain: Orders, limit: number): Promise<KitchenTicketView[]> =>
  domain.db.kitchenQueue.findMany({
    where: { status: { in: inTheKitchen } },
    orderBy: [{ since: 'asc' }, { orderId: 'asc' }],
    take: limit,
  });
