import type { Payment } from '#generated/payments/prisma/client.ts';
import { PaymentProcessed } from '#schema/events/payments.ts';
import type { ProviderOf } from '../config.ts';
import type { Payments } from '../context.ts';
import type { ProviderPayment } from '../provider/paymentProvider.ts';
import type { Outcome, PaymentStatus } from '../payment.ts';
import { authorisationIn } from './askProvider.ts';
import { finishIntent } from './finishIntent.ts';
import { lockOrder } from './lockOrder.ts';
import { readState, type Paid } from './orderState.ts';

export interface StatusNews {
  readonly orderId: string;
  readonly status: 'CHALLENGED' | 'AUTHORISED' | 'DECLINED' | 'CAPTURED' | 'VOIDED' | 'REFUNDED';
  /** All that the provider has refunded so far, in minor units. */
  readonly refunded: number;
}

/**
 * Takes in that money has moved at the provider. The news itself is not believed: it only makes us ask the provider. A
 * command of ours that has no outcome yet gets its outcome; what the provider's own staff did (a refund, a void) is
 * stored as if we had asked for it.
 * @returns whether it changed anything; null when the order has no payment (yet)
 */
export async function noteStatus(domain: Payments, providerOf: ProviderOf, news: StatusNews): Promise<boolean | null> {
  const { orderId } = news;
  const { payment: before, open: command } = await readState(domain, orderId);
  if (!before) return null;
  if (command) await finishIntent(domain, providerOf, { command, payment: before, heard: 'perhaps' });
  const payment = command ? (await readState(domain, orderId)).payment! : before;
  if (!isNew(payment, news)) return payment.version !== before.version;
  const known = await providerOf(payment).find(orderId);
  return (known !== null && (await follow(domain, orderId, known))) || payment.version !== before.version;
}

/** Whether the news may be about something that was not done by us. All that we do, we know before. */
const isNew = ({ status, refunded }: Paid, news: StatusNews): boolean =>
  status === 'CHALLENGED' ||
  (status === 'CAPTURED' && news.refunded > refunded) ||
  (status === 'AUTHORISED' && news.status === 'VOIDED');

/** Stores what the provider did without being asked by us, or what a payer answered to their bank. */
export function follow(domain: Payments, orderId: string, known: ProviderPayment): Promise<boolean> {
  return domain.transaction(async (tx) => {
    await lockOrder(tx, orderId, `notice:${orderId}`);
    const payment = await tx.payment.findUniqueOrThrow({ where: { orderId } });
    const after = done(payment, known);
    if (!after) return false;
    const { outcome, moved, reason = null, ...state } = after;
    const now = domain.clock();
    const [event] = await domain.events.append(tx, payment.version, [
      PaymentProcessed.of({
        paymentId: payment.id,
        orderId,
        storeId: payment.storeId,
        customerId: payment.customerId,
        outcome,
        amount: moved,
        captured: payment.captured,
        refunded: state.refunded,
        currency: payment.currency,
        exponent: payment.exponent,
        reason,
        ...(payment.status === 'CHALLENGED' && { afterChallenge: true }),
        at: now.toISOString(),
      }),
    ]);
    const { aggregateVersion: version } = event!.metadata;
    const answered = payment.status === 'CHALLENGED' && {
      challengeUrl: null,
      challengeExpiresAt: null,
      failureReason: reason,
    };
    await tx.payment.update({ where: { orderId }, data: { ...state, ...answered, version, updatedAt: now } });
    return true;
  });
}

interface Done {
  readonly outcome: Exclude<Outcome, 'CHALLENGED'>;
  readonly reason?: string | null;
  readonly status: PaymentStatus;
  readonly refunded: number;
  readonly moved: number;
}

/** What the provider has done that the payment does not show yet; undefined if that is nothing. */
function done(payment: Payment, known: ProviderPayment): Done | undefined {
  const { status, captured, refunded: before, amount } = payment;
  if (status === 'CHALLENGED') {
    const { outcome, reason } = authorisationIn(known);
    if (outcome === 'CHALLENGED') return undefined;
    return {
      outcome,
      reason,
      status: outcome === 'AUTHORISED' ? 'AUTHORISED' : 'DECLINED',
      refunded: before,
      moved: amount,
    };
  }
  if (status === 'AUTHORISED' && known.voided)
    return { outcome: 'VOIDED', status: 'VOIDED', refunded: before, moved: amount };
  const refunded = Math.min(known.refunded, captured);
  if (status !== 'CAPTURED' || refunded <= before) return undefined;
  const left = refunded < captured ? 'CAPTURED' : 'REFUNDED';
  return { outcome: 'REFUNDED', status: left, refunded, moved: refunded - before };
}
