import type { OrderStatusChanged } from '#schema/events/orders.ts';
import type { Prisma } from '#generated/orders/prisma/client.ts';
import type { DataOf, NewEvent } from '#platform/events/defineEvent.ts';
import { isId } from '#platform/domain/id.ts';
import type { Orders } from '../context.ts';
import { decide, fold, streamOf, type OrderCommand, type OrderStatus } from '../order.ts';
import type { OrderView } from '../orderView.ts';

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly order: OrderView }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'refused'; readonly status: OrderStatus };

/**
 * Changes one order in one transaction: loads its history, decides, updates the row and appends the events. A change
 * that was made already is a success. When two changes collide (optimistic concurrency), the later one is decided
 * again on the new history.
 * @param own the orders that the caller may change; any other order is answered with `notFound`
 */
export async function changeOrder(
  domain: Orders,
  orderId: string,
  command: OrderCommand,
  own: Prisma.OrderWhereInput = {},
  causationId?: string,
): Promise<ChangeOutcome> {
  if (!isId(orderId)) return { kind: 'notFound' };
  return domain.transaction(
    async (tx) => {
      const row = await tx.order.findFirst({ where: { AND: [{ id: orderId }, own] } });
      const order = row && fold(await domain.events.load(tx, streamOf(orderId)));
      if (!order) return { kind: 'notFound' };
      const decision = decide(order, command, domain.clock());
      if (decision.kind === 'refused') return decision;
      if (decision.kind === 'already') return { kind: 'done', order: row };
      const changed = await tx.order.update({
        where: { id: orderId },
        data: changesOf(order.version, decision.events),
      });
      // Appending comes last, because it locks the feed of the store: from here to the commit, all other orders of
      // the store wait.
      await domain.events.append(tx, order.version, decision.events, causationId ? { causationId } : {});
      return { kind: 'done', order: changed };
    },
    { retries: 5 },
  );
}

/** The columns of the order's row that the events change. */
function changesOf(before: number, events: readonly NewEvent[]): Prisma.OrderUpdateInput {
  const last = events.at(-1)!;
  const version = before + events.length;
  if (last.definition.name === 'OrderHandedOver') return { version };
  const { to, reason, at } = last.data as DataOf<typeof OrderStatusChanged>;
  return { version, status: to, reason, statusChangedAt: at };
}
