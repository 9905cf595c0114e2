import { counterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { startRelay } from '#platform/events/relay.ts';
import { until } from '#platform/testkit/until.ts';
import { OrderStatusChanged } from '#schema/events/orders.ts';
import { log } from './processes.ts';

const perTransaction = 500;
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const orderId = (order: number): string => uuid(order);
export const storeId = (store: number): string => uuid(1_000_000 + store);

const moved = (order: number, stores: number) =>
  OrderStatusChanged.of({
    orderId: orderId(order),
    storeId: storeId(order % stores),
    orderNumber: 1 + order,
    customerId: null,
    service: 'KIOSK',
    reason: null,
    currency: 'EUR',
    exponent: 2,
    from: 'PLACED',
    to: 'CONFIRMED',
    total: order,
    at: new Date().toISOString(),
  });

/** Writes to the orders' event log, and relays it. */
export async function openOrderLog(databaseUrl: string, busUrl: string, stores: number) {
  const bus = await postgresBus({ databaseUrl: busUrl, log });
  const domain = counterDomain(databaseUrl, { name: 'orders', relay: () => relay });
  const relay = await startRelay(domain, bus);
  /** The versions that the feeds of orders and stores have reached. */
  const heads = { orders: [] as number[], stores: [] as number[] };
  return {
    heads,
    /** Appends one event to each of these orders. Resolves when all are published. */
    async move(orders: readonly number[]): Promise<void> {
      for (let from = 0; from < orders.length; from += perTransaction) {
        const part = orders.slice(from, from + perTransaction);
        await domain.transaction((tx) =>
          domain.events.appendAll(
            tx,
            part.map((order) => ({ expectedVersion: null, events: [moved(order, stores)] })),
          ),
        );
        for (const order of part) {
          heads.orders[order] = (heads.orders[order] ?? 0) + 1;
          heads.stores[order % stores] = (heads.stores[order % stores] ?? 0) + 1;
        }
      }
      await until(async () => (await domain.pool.query('select from platform.outbox limit 1')).rowCount === 0, {
        timeoutMs: 60_000,
        what: 'all events are published',
      });
    },
    async close(): Promise<void> {
      await relay.stop();
      await Promise.all([bus.close(), domain.close()]);
    },
  };
}

export type OrderLog = Awaited<ReturnType<typeof openOrderLog>>;
