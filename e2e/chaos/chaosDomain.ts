import { setTimeout as sleep } from 'node:timers/promises';
import { defineReadModel } from '#platform/events/defineReadModel.ts';
import type { CounterDomain } from '#platform/events/fixtures/counterDomain.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { orderStatus, OrderStatusChanged } from '#schema/events/orders.ts';

/** The domain of the run: orders of a few stores. It has no tables of its own, because its event log is its state. */
export const orderCount = 6;
const storeCount = 3;

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const orderId = (order: number): string => uuid(order % orderCount);
export const storeId = (order: number): string => uuid(100 + (order % storeCount));

export const tables = `
  create table effect (position bigint generated always as identity, event_id uuid, stream text, version int);
  create table tally (store text primary key, moves int not null, total bigint not null);
  create table writing (allowed boolean not null);
  insert into writing values (false);
`;

/** One transaction: it appends so many events of an order, and some transactions are rolled back at the end. */
export interface Move {
  readonly order: number;
  readonly events: number;
  readonly rollsBack: boolean;
}

class ChangedItsMind extends Error {}

const chance = (n: number): number => Math.floor(Math.random() * n);

const moved = (order: number) =>
  OrderStatusChanged.of({
    orderId: orderId(order),
    storeId: storeId(order),
    orderNumber: 1 + (order % orderCount),
    customerId: null,
    service: 'KIOSK',
    reason: null,
    currency: 'EUR',
    exponent: 2,
    from: 'PLACED',
    to: orderStatus.options[chance(orderStatus.options.length)]!,
    total: chance(1_000),
    at: new Date().toISOString(),
  });

/** Ids of events by what became of them. If the end of a transaction was not heard, its events are in no list. */
export interface Written {
  readonly committed: readonly string[];
  readonly rolledBack: readonly string[];
}

export async function write(
  domain: CounterDomain,
  { order, events, rollsBack }: Move,
  gate: (tx: SqlTx) => Promise<void> = () => Promise.resolve(),
): Promise<Written> {
  let ids: string[] = [];
  try {
    await domain.transaction(async (tx) => {
      await gate(tx);
      ids = (
        await domain.events.append(
          tx,
          null,
          Array.from({ length: events }, () => moved(order)),
        )
      ).map(({ eventId }) => eventId);
      if (chance(4) === 0) await sleep(chance(15));
      if (rollsBack) throw new ChangedItsMind();
    });
    return { committed: ids, rolledBack: [] };
  } catch (error) {
    return { committed: [], rolledBack: error instanceof ChangedItsMind ? ids : [] };
  }
}

/** A consumer that notes each event that it handles in a table. */
export const effects = onEvent(
  OrderStatusChanged,
  'orders.chaos',
  async ({ eventId, metadata }, { tx }: { domain: CounterDomain; tx: CounterDomain['db'] }) => {
    await tx.$executeRawUnsafe(
      'insert into effect (event_id, stream, version) values ($1::uuid, $2, $3)',
      eventId,
      metadata.aggregateId,
      metadata.aggregateVersion,
    );
  },
);

export const tally = defineReadModel({
  name: 'tally',
  table: 'tally',
  events: [OrderStatusChanged],
  async project(tx, { data }: { data: { storeId: string; total: number } }, table) {
    await tx.$executeRawUnsafe(
      `insert into ${table} as t (store, moves, total) values ($1, 1, $2::int) on conflict (store) do update set moves = t.moves + 1, total = t.total + excluded.total`,
      data.storeId,
      data.total,
    );
  },
});
