import DataLoader from 'dataloader';
import type { Principal } from '#platform/identity/principal.ts';
import { sqlTx } from '#platform/events/sqlTx.ts';
import { isId } from '#platform/domain/id.ts';
import type { Orders } from './context.ts';
import { streamOf } from './order.ts';
import { ordersOf, type OrderView } from './orderView.ts';
import { meets, ownOrders } from './ownership.ts';
import { boardsOf, type OrderBoardView } from './readModels/orderBoard.ts';
import { ticketsOf, type KitchenTicketView } from './readModels/kitchenQueue.ts';

export interface HistoryEntry {
  readonly version: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

export interface Loaders {
  /** The caller's own orders by id; null for an order of somebody else and for an id that does not exist. */
  readonly orderById: DataLoader<string, OrderView | null>;
  /** The events of an order, oldest first. Load it only for an order that the caller may see. */
  readonly history: DataLoader<string, HistoryEntry[]>;
  /** The order board by store. Load it only for stores whose board the caller may see. */
  readonly boardOf: DataLoader<string, OrderBoardView>;
  /** Kitchen tickets by store. Load them only for stores in whose kitchen the caller works. */
  readonly ticketsOf: DataLoader<string, KitchenTicketView[]>;
}

export function loaders(domain: Orders, principal: Principal): Loaders {
  return {
    orderById: new DataLoader(async (ids) => {
      const own = ownOrders(principal);
      const rows = await ordersOf(sqlTx(domain.pool), ids.filter(isId));
      const byId = new Map(rows.filter((row) => meets(row, own)).map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    history: new DataLoader((ids) => historiesOf(domain, ids)),
    boardOf: new DataLoader(async (ids) => {
      const boards = await boardsOf(domain, ids);
      return ids.map((id) => boards.get(id)!);
    }),
    ticketsOf: new DataLoader(async (ids) => {
      const tickets = await ticketsOf(domain, ids);
      return ids.map((id) => tickets.get(id)!);
    }),
  };
}

/** The events of several orders in one statement; the event log itself loads one stream at a time. */
async function historiesOf(domain: Orders, ids: readonly string[]): Promise<HistoryEntry[][]> {
  const { rows } = await domain.pool.query<HistoryEntry & { stream: string }>(
    'SELECT stream, version, type, data, at FROM platform.event WHERE stream = ANY($1) ORDER BY stream, version',
    [ids.map(streamOf)],
  );
  const byStream = new Map<string, HistoryEntry[]>(ids.map((id) => [streamOf(id), []]));
  for (const row of rows) byStream.get(row.stream)!.push(row);
  return ids.map((id) => byStream.get(streamOf(id))!);
}
