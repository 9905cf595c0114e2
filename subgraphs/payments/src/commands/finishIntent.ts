import type { Payment, PaymentCommand } from '#generated/payments/prisma/client.ts';
import { PaymentChallenged, PaymentProcessed } from '#schema/events/payments.ts';
import { failPoint } from '#platform/faults/failPoint.ts';
import type { Payments } from '../context.ts';
import { settle } from '../payment.ts';
import type { ProviderOf } from '../config.ts';
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
export async function finishIntent(domain: Payments, providerOf: ProviderOf, intent: Intent): Promise<PaymentAnswer> {
  failPoint('payments.intentWritten');
  const asked = await askProvider(providerOf(intent.payment), intent);
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
    const common = {
      paymentId: payment.id,
      orderId,
      storeId: payment.storeId,
      customerId: payment.customerId,
      currency: payment.currency,
      exponent: payment.exponent,
      amount: moved,
      at: now.toISOString(),
    };
    const { outcome, challenge } = asked;
    const [event] = await domain.events.append(tx, payment.version, [
      outcome === 'CHALLENGED'
        ? PaymentChallenged.of({ ...common, expiresAt: challenge!.expiresAt.toISOString() })
        : PaymentProcessed.of({
            ...common,
            outcome,
            captured: after.captured,
            refunded: after.refunded,
            reason: asked.reason,
          }),
    ]);
    await tx.payment.update({
      where: { id: payment.id },
      data: {
        ...after,
        ...providerIds(asked),
        failureReason: asked.reason,
        methodToken: null,
        challengeUrl: challenge?.url ?? null,
        challengeExpiresAt: challenge?.expiresAt ?? null,
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
