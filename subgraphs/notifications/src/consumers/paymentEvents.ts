import type { DataOf } from '#platform/events/defineEvent.ts';
import { onEvents } from '#platform/events/onEvent.ts';
import { PaymentChallenged, PaymentProcessed } from '#schema/events/payments.ts';
import type { Heard } from '../context.ts';
import { newsForMs } from '../newsForMs.ts';
import { writeMessage } from '../writeMessage.ts';

/** Whoever pays in the app confirms at once, and needs no message. */
const patienceMs = 30_000;

/**
 * Tells a customer that their bank waits for them, until they have answered it, and of money that comes back. A decline
 * is told by whoever asked for the money: the order, the membership or the order from a vendor. It is one consumer, so
 * that the answer is heard after the question.
 */
export const onPaymentEvents = onEvents(
  [PaymentChallenged, PaymentProcessed],
  'notifications.payments',
  async ({ eventId, eventType, data }, { domain, tx }: Heard) => {
    const { customerId, orderId, amount, currency, exponent } = data as DataOf<typeof PaymentChallenged>;
    const money = { amount, currency, exponent };
    const message = { eventId, customerId: customerId!, orderId };
    if (eventType === PaymentChallenged.name) {
      const facts = { ...money, until: (data as DataOf<typeof PaymentChallenged>).expiresAt };
      return writeMessage(domain, tx, { ...message, about: 'PAYMENT_TO_CONFIRM', facts, afterMs: patienceMs });
    }
    const { outcome, refunded, at } = data as DataOf<typeof PaymentProcessed>;
    const now = domain.clock();
    await tx.message.updateMany({
      where: { orderId, about: 'PAYMENT_TO_CONFIRM', status: 'WAITING' },
      data: { status: 'UNWANTED', settledAt: now },
    });
    if (outcome !== 'REFUNDED' || amount === 0 || now.getTime() - Date.parse(at) > newsForMs) return;
    const facts = { ...money, ...(refunded !== undefined && { refunded }) };
    await writeMessage(domain, tx, { ...message, about: 'PAYMENT_REFUNDED', facts });
  },
  ({ eventType, data }) => {
    const { customerId, outcome, afterChallenge } = data as DataOf<typeof PaymentProcessed>;
    if (!customerId) return false;
    // Of the usual payment, which is authorised and captured, nothing is told: it must cost no transaction here.
    return eventType === PaymentChallenged.name || afterChallenge === true || ['REFUNDED', 'VOIDED'].includes(outcome);
  },
);
