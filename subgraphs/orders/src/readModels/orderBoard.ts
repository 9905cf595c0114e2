import type { OrderBoard } from '#generated/orders/prisma/client.ts';
import type { DataOf, EventEnvelope } from '#platform/events/defineEvent.ts';
import { defineReadModel } from '#platform/events/defineReadModel.ts';
import type { SqlTx } from '#platform/events/eventLog.ts';
import { OrderCreated, OrderHandedOver, OrderStatusChanged } from '#schema/events/orders.ts';
import type { Orders } from '../context.ts';
import { advance, caughtUp, type FeedHead } from './feedHead.ts';

export interface OrderBoardView {
  readonly storeId: string;
  readonly version: number;
  readonly entries: readonly OrderBoard[];
}

/**
 * The order id of each store's head row, which is not an order, but says up to which version of the store's feed the
 * board is complete.
 */
const headOf = '00000000-0000-0000-0000-000000000000';
const onTheBoard = ['CONFIRMED', 'PREPARING', 'READY'];
const longest = 200;

const headIn = (table: string): FeedHead => ({
  table,
  row: { store_id: '$1::uuid', order_id: `'${headOf}'`, number: '0', service: `''`, status: `''`, since: `'epoch'` },
  key: 'store_id, order_id',
});

/**
 * Read model of the numbers on each store's order board. A row is deleted when the food is handed over or picked up,
 * or when the order ends. `pnpm events rebuild orderBoard` fills the read model again from the event log.
 */
export const orderBoard = defineReadModel<OrderBoard>({
  name: 'orderBoard',
  table: 'order_board',
  events: [OrderCreated, OrderStatusChanged, OrderHandedOver],
  project: async (tx, event, table) => {
    if (event.eventType === OrderStatusChanged.name)
      await place(tx, event as EventEnvelope<DataOf<typeof OrderStatusChanged>>, table);
    if (event.eventType === OrderHandedOver.name) await remove(tx, event.data as DataOf<typeof OrderHandedOver>, table);
    await advance(tx, headIn(table), (event.data as { storeId: string }).storeId, event.metadata.feedVersion);
  },
});

async function place(
  tx: SqlTx,
  { data, metadata }: EventEnvelope<DataOf<typeof OrderStatusChanged>>,
  table: string,
): Promise<void> {
  if (!onTheBoard.includes(data.to)) return remove(tx, data, table);
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} (store_id, order_id, number, service, status, since, feed_version)
     VALUES ($1::uuid, $2::uuid, $3::int, $4::text, $5::text, $6::timestamptz, $7::int)
     ON CONFLICT (store_id, order_id) DO UPDATE SET status = excluded.status, since = excluded.since, feed_version = excluded.feed_version`,
    data.storeId,
    data.orderId,
    data.orderNumber,
    data.service,
    data.to,
    data.at,
    metadata.feedVersion,
  );
}

async function remove(
  tx: SqlTx,
  { storeId, orderId }: { storeId: string; orderId: string },
  table: string,
): Promise<void> {
  await tx.$executeRawUnsafe(
    `DELETE FROM ${table} WHERE store_id = $1::uuid AND order_id = $2::uuid`,
    storeId,
    orderId,
  );
}

/**
 * The boards of several stores. They contain everything that had happened before the request, unless the projection
 * is more than half a second behind.
 */
export async function boardsOf(domain: Orders, storeIds: readonly string[]): Promise<Map<string, OrderBoardView>> {
  let first: ReadonlyMap<string, ReadBoard> | undefined;
  return caughtUp(
    domain.pool,
    storeIds,
    async () => {
      const boards = await projectedBoards(domain, storeIds);
      first ??= boards;
      return boards;
    },
    (boards) => storeIds.every((id) => boards.get(id)!.version >= first!.get(id)!.happened),
  );
}

/** A board, and the version up to which the store's feed had come when it was read. */
type ReadBoard = OrderBoardView & { readonly happened: number };

/**
 * The boards as projected so far, read by one statement and so as of one instant. A store in which nothing has
 * happened yet has an empty board at version 0. The ids are read through a subquery: the planner would count those of
 * the array itself, take a plan for so many to be better than one for any number, and so plan anew for each request.
 */
async function projectedBoards(domain: Orders, storeIds: readonly string[]): Promise<Map<string, ReadBoard>> {
  const { rows } = await domain.pool.query<OrderBoard & { readonly happened: number }>(
    `SELECT store.id AS "storeId", coalesce(head.version, 0) AS happened, board.order_id AS "orderId", board.number,
       board.service, board.status, board.since, board.feed_version AS "feedVersion", board.ahead
     FROM unnest(ARRAY(SELECT unnest($1::uuid[]))) AS store (id)
     LEFT JOIN LATERAL (SELECT version FROM platform.head WHERE kind = 'feed' AND key = 'store:' || store.id LIMIT 1) AS head ON true
     LEFT JOIN LATERAL (
       SELECT * FROM order_board WHERE store_id = store.id ORDER BY since, number LIMIT ${2 * longest + 1}
     ) AS board ON true
     ORDER BY board.since, board.number`,
    [storeIds],
  );
  return new Map(
    storeIds.map((storeId) => {
      const own = rows.filter((row) => row.storeId === storeId);
      return [
        storeId,
        {
          storeId,
          happened: own[0]?.happened ?? 0,
          version: own.find((row) => row.orderId === headOf)?.feedVersion ?? 0,
          // A store without a board has one row, of no order.
          entries: own.filter((row) => row.orderId !== headOf && row.orderId !== null),
        },
      ];
    }),
  );
}

export const preparing = (board: OrderBoardView): OrderBoard[] =>
  board.entries.filter((entry) => entry.status !== 'READY').slice(0, longest);
export const ready = (board: OrderBoardView): OrderBoard[] =>
  board.entries.filter((entry) => entry.status === 'READY').slice(0, longest);
