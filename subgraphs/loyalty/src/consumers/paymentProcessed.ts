import { PaymentProcessed } from '#schema/events/payments.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import { lockOrder, writeEntry } from '../commands/writeEntry.ts';
import type { Heard } from '../context.ts';

/** A refund takes back the points of its order; when it comes before the completion, the order earns none. */
export const onPaymentProcessed = onEvent(
  PaymentProcessed,
  'loyalty.paymentProcessed',
  async ({ data: { orderId } }, { domain, tx }: Heard) => {
    await lockOrder(tx, orderId);
    await tx.refundedOrder.createMany({ data: [{ orderId, at: domain.clock() }], skipDuplicates: true });
    const [earned, ...others] = await tx.ledgerEntry.findMany({ where: { orderId }, orderBy: { version: 'asc' } });
    if (!earned || others.length > 0) return;
    await writeEntry(
      domain,
      tx,
      { customerId: earned.customerId, orderId },
      { kind: 'REVERSED', points: -earned.points },
    );
  },
  ({ data }) => data.outcome === 'REFUNDED',
);
