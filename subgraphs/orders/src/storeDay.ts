import type { Order } from '#generated/orders/prisma/client.ts';
import { inSnapshot } from '#platform/events/sqlTx.ts';
import type { Orders } from './context.ts';
import { isFinal, orderStatuses, type OrderStatus } from './order.ts';
import type { OrderView } from './orderView.ts';

export interface StoreDayView {
  readonly storeId: string;
  readonly date: string;
  readonly version: number;
  readonly counts: readonly { readonly status: OrderStatus; readonly orders: number }[];
  readonly sales: { readonly amount: number; readonly currency: string; readonly exponent: number } | null;
}

interface Sum {
  readonly status: OrderStatus;
  readonly orders: number;
  /** As text: PostgreSQL sums to a bigint. */
  readonly total: string;
  readonly currency: string;
  readonly exponent: number;
}

/**
 * A day of a store by the primary view, whose rows are written together with the events: the answer contains all that
 * had happened in the store's feed up to its version.
 */
export const storeDay = (domain: Orders, storeId: string, date: string): Promise<StoreDayView> =>
  inSnapshot(domain.pool, async (tx) => {
    const version = await domain.events.feedVersion(tx, `store:${storeId}`);
    const sums = await tx.$queryRawUnsafe<Sum[]>(
      `SELECT status, count(*)::int AS orders, sum(total)::text AS total, min(currency) AS currency, min(exponent) AS exponent
       FROM orders WHERE store_id = $1::uuid AND local_date = $2 GROUP BY status`,
      storeId,
      date,
    );
    const [any] = sums;
    return {
      storeId,
      date,
      version,
      counts: orderStatuses.flatMap((status) => {
        const sum = sums.find((each) => each.status === status);
        return sum ? [{ status, orders: sum.orders }] : [];
      }),
      sales: any
        ? {
            amount: Number(sums.find(({ status }) => status === 'COMPLETED')?.total ?? 0),
            currency: any.currency,
            exponent: any.exponent,
          }
        : null,
    };
  });

const longest = 200;
const open = orderStatuses.filter((status) => !isFinal(status));

/** The orders of a store that have not ended, oldest first. */
export const underWay = (domain: Orders, storeId: string): Promise<Order[]> =>
  domain.db.order.findMany({
    where: { storeId, status: { in: open } },
    orderBy: [{ placedAt: 'asc' }, { id: 'asc' }],
    take: longest,
  });

/** The instant by which the next step of the order should be taken; null when nothing is due. */
export function dueAt({ status, service, placedAt, promisedAt }: OrderView, targetSeconds: number): Date | null {
  if (['PLACED', 'CONFIRMED', 'PREPARING'].includes(status))
    return new Date(placedAt.getTime() + 1_000 * targetSeconds);
  return service === 'DELIVERY' && !isFinal(status as OrderStatus) ? promisedAt : null;
}
