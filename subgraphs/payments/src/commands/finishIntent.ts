import type { Payment, PaymentCommand } from '#generated/payments/prisma/client.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import type { Payments } from '../context.ts';
import { settle } from '../payment.ts';
import type { PaymentProvider } from '../provider/paymentProvider.ts';
import { askProvider, type Asked } from './askProvider.ts';
import { lockOrder } from './lockOrder.ts';
import type { PaymentAnswer } from './processPayment.ts';

/** A command that is stored and has no outcome yet. */
export interface Intent {
  readonly command: PaymentCommand;
  /** The payment in its status while the provider is asked. */
  readonly payment: Payment;
  /** Whether the provider may have received the command already. */
  readonly heard: 'no' | 'perhaps';
}

/**
 * Learns the outcome of an intent from the payment provider, and stores it with its event. Several callers may do so
 * at once: the answer of the first one counts for all, and the provider moves the money once.
 */
export async function finishIntent(
  domain: Payments,
  provider: PaymentProvider,
  intent: Intent,
): Promise<PaymentAnswer> {
  failPoint('payments.intentWritten');
  const asked = await askProvider(provider, intent);
  failPoint('payments.providerAnswered');
  return domain.transaction(async (tx) => {
    const { key, kind, orderId } = intent.command;
    await lockOrder(tx, orderId, key);
    const command = await tx.paymentCommand.findUniqueOrThrow({ where: { key } });
    if (command.outcome) return { outcome: command.outcome, reason: command.reason, paymentId: command.paymentId };
    // A caller that insists has asked the provider anew, under another key. This is the outcome of an earlier try.
    if (command.providerKey !== intent.command.providerKey)
      return { outcome: asked.outcome, reason: asked.reason, paymentId: command.paymentId };
    const payment = await tx.payment.findUniqueOrThrow({ where: { orderId } });
    const { moved, ...after } = settle(kind, asked.outcome, payment, command.amount);
    const now = domain.clock();
    const [event] = await domain.events.append(tx, payment.version, [
      PaymentProcessed.of({
        paymentId: payment.id,
        orderId,
        storeId: payment.storeId,
        outcome: asked.outcome,
        amount: moved,
        currency: payment.currency,
        exponent: payment.exponent,
        captured: after.captured,
        refunded: after.refunded,
        reason: asked.reason,
        at: now.toISOString(),
      }),
    ]);
    await tx.payment.update({
      where: { id: payment.id },
      data: {
        ...after,
        ...providerIds(asked),
        failureReason: asked.reason,
        methodToken: null,
        version: event!.metadata.aggregateVersion,
        updatedAt: now,
      },
    });
    await tx.paymentCommand.update({
      where: { key },
      data: { outcome: asked.outcome, reason: asked.reason, settledAt: now },
    });
    return { outcome: asked.outcome, reason: asked.reason, paymentId: payment.id };
  });
}

const providerIds = ({ authorisationId, captureId }: Asked) => ({
  ...(authorisationId === undefined ? {} : { authorisationId }),
  ...(captureId === undefined ? {} : { captureId }),
});
