import type { OrderStatusChanged } from '#schema/events/orders.ts';
import type { DataOf, NewEvent } from '#platform/events/defineEvent.ts';
import { sqlTx, type SqlTx } from '#platform/events/sqlTx.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent, type IdempotentRequest } from '#platform/subgraph/idempotency.ts';
import type { Orders } from '../context.ts';
import { decide, fold, streamOf, type OrderCommand, type OrderStatus } from '../order.ts';
import { ordersOf, selectOrders, type OrderView } from '../orderView.ts';
import { meets, type OrderCondition } from '../ownership.ts';

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly order: OrderView }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'refused'; readonly status: OrderStatus };

export interface ChangeOptions {
  /** The orders that the caller may change; any other order is answered with `notFound`. */
  readonly own?: OrderCondition;
  readonly causationId?: string;
  /** Makes a request that is sent again the same answer, whatever has happened to the order since. */
  readonly once?: IdempotentRequest;
}

/** What is kept of an outcome under an idempotency key: the order itself is read anew. */
type KeptOutcome = { readonly kind: 'done' } | Exclude<ChangeOutcome, { kind: 'done' }>;

const byId = `${selectOrders} where id = $1::uuid`;

/**
@@ */
export async function changeOrder(
  domain: Orders,
  orderId: string,
  command: OrderCommand,
  { own = {}, causationId, once }: ChangeOptions = {},
): Promise<ChangeOutcome> {
  if (!isId(orderId)) return { kind: 'notFound' };
  let row: OrderView | undefined;
  const change = async (db: SqlTx): Promise<KeptOutcome> => {
    const found = await domain.events.loadWith<OrderView>(db, streamOf(orderId), byId, orderId);
    row = found && meets(found.row, own) ? found.row : undefined;
    const order = row && fold(found!.events);
    if (!row || !order) return { kind: 'notFound' };
    const decision = decide(order, command, domain.clock());
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'already') return { kind: 'done' };
    row = { ...row, ...changesOf(order.version, decision.events) };
    await domain.events.append(db, order.version, decision.events, {
      ...(causationId && { causationId }),
      also: {
        sql: 'update orders set version = $2::int, status = $3::text, reason = $4::text, status_changed_at = $5::timestamptz where id = $1::uuid',
        parameters: [orderId, row.version, row.status, row.reason, row.statusChangedAt.toISOString()],
      },
    });
    return { kind: 'done' };
  };
  const outcome = once
    ? await domain.sqlTransaction((tx) => idempotent(tx, once, () => change(tx)), { retries: 5 })
    : await domain.atOnce(change, { retries: 5 });
  if (outcome.kind !== 'done') return outcome;
  // A request that was sent again did not load the order.
  row ??= (await ordersOf(sqlTx(domain.pool), [orderId])).find((each) => meets(each, own));
  return row ? { kind: 'done', order: row } : { kind: 'notFound' };
}

/** The columns of the order's row that the events change. */
function changesOf(before: number, events: readonly NewEvent[]): Partial<OrderView> {
  const last = events.at(-1)!;
  const version = before + events.length;
  if (last.definition.name === 'OrderHandedOver') return { version };
  const { to, reason, at } = last.data as DataOf<typeof OrderStatusChanged>;
  return { version, status: to, reason, statusChangedAt: new Date(at) };
}
