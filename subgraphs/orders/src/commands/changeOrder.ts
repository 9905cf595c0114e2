import type { OrderStatusChanged } from '#schema/events/orders.ts';
import type { Prisma } from '#generated/orders/prisma/client.ts';
import type { DataOf, NewEvent } from '#platform/events/defineEvent.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent, type IdempotentRequest } from '#platform/subgraph/idempotency.ts';
import type { Orders } from '../context.ts';
import { decide, fold, streamOf, type OrderCommand, type OrderStatus } from '../order.ts';
import type { OrderView } from '../orderView.ts';

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly order: OrderView }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'refused'; readonly status: OrderStatus };

export interface ChangeOptions {
  /** The orders that the caller may change; any other order is answered with `notFound`. */
  readonly own?: Prisma.OrderWhereInput;
  readonly causationId?: string;
  /** Makes a request that is sent again the same answer, whatever has happened to the order since. */
  readonly once?: IdempotentRequest;
}

/** What is kept of an outcome under an idempotency key: the order itself is read anew. */
type KeptOutcome = { readonly kind: 'done' } | Exclude<ChangeOutcome, { kind: 'done' }>;

/**
 * Changes one order in one transaction: loads its history, decides, updates the row and appends the events. A change
 * that was made already is a success. When two changes collide (optimistic concurrency), the later one is decided
 * again on the new history.
 */
export async function changeOrder(
  domain: Orders,
  orderId: string,
  command: OrderCommand,
  { own = {}, causationId, once }: ChangeOptions = {},
): Promise<ChangeOutcome> {
  if (!isId(orderId)) return { kind: 'notFound' };
  const where = { AND: [{ id: orderId }, own] };
  return domain.transaction(
    async (tx) => {
      let row: OrderView | null = null;
      const change = async (): Promise<KeptOutcome> => {
        row = await tx.order.findFirst({ where });
        const order = row && fold(await domain.events.load(tx, streamOf(orderId)));
        if (!order) return { kind: 'notFound' };
        const decision = decide(order, command, domain.clock());
        if (decision.kind === 'refused') return decision;
        if (decision.kind === 'already') return { kind: 'done' };
        row = await tx.order.update({ where: { id: orderId }, data: changesOf(order.version, decision.events) });
        // Appending comes last, because it locks the feed of the store: from here to the commit, all other orders of
        // the store wait.
        await domain.events.append(tx, order.version, decision.events, causationId ? { causationId } : {});
        return { kind: 'done' };
      };
      const outcome = await (once ? idempotent(tx, once, change) : change());
      if (outcome.kind !== 'done') return outcome;
      const changed = row ?? (await tx.order.findFirst({ where }));
      return changed ? { kind: 'done', order: changed } : { kind: 'notFound' };
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
  return { version, status: to, reason, statusChangedAt: new Date(at) };
}
