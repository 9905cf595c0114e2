import { PaymentProcessed } from '#schema/events/payments.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { keptOf, lockOrder, writeEntry } from '../commands/writeEntry.ts';
import type { Heard } from '../context.ts';

/**
 * A refund takes back the points of its order, and a refund of a part the same part of them; when it comes before the
 * completion, the order earns so much less. Each event tells what was paid back until then, so that one that comes
 * again, or after a later one, takes back nothing more.
 */
export const onPaymentProcessed = onEvent(
  PaymentProcessed,
  'loyalty.paymentProcessed',
  async ({ data: { orderId, captured = null, refunded = null } }, { domain, tx }: Heard) => {
    await lockOrder(tx, orderId);
    const known = await tx.refundedOrder.findUnique({ where: { orderId } });
    const isNews = !known || (known.refunded !== null && (refunded === null || refunded > known.refunded));
    if (!isNews) return;
    const told = { captured, refunded, at: domain.clock() };
    await tx.refundedOrder.upsert({ where: { orderId }, create: { orderId, ...told }, update: told });
    const entries = await tx.ledgerEntry.findMany({ where: { orderId }, orderBy: { version: 'asc' } });
    const [earned] = entries;
    if (!earned) return;
    const now = entries.reduce((sum, { points }) => sum + points, 0);
    const kept = keptOf(earned.points, told);
    if (kept >= now) return;
    const cause = { customerId: earned.customerId, orderId };
    await writeEntry(domain, tx, cause, { kind: 'REVERSED', points: kept - now }, kept);
  },
  ({ data }) => data.outcome === 'REFUNDED',
);
