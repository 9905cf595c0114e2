import type { Payment } from '#generated/payments/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import { IdempotencyKeyReused, requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { providerOf } from '../config.ts';
import type { Payments } from '../context.ts';
import { mayManage } from '../ownership.ts';
import type { Outcome } from '../payment.ts';
import { ProviderUnavailable } from '../provider/paymentProvider.ts';
import { PaymentKeyReused, processPayment } from './processPayment.ts';

export interface StaffsWord {
  readonly orderId: string;
  readonly idempotencyKey: string;
  /** Of a refund: the part that is paid back, in minor units; everything that is left without it. */
  readonly amount?: number | null;
}

export type StaffOutcome =
  | { readonly kind: 'done'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly payment: Payment; readonly reason: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'providerUnavailable' };

interface Move {
  readonly name: 'refundPayment' | 'capturePayment';
  readonly kind: 'REFUND' | 'CAPTURE';
  readonly wanted: Outcome;
}

/**
 * Moves the money of an order because somebody who manages its store says so. The same key, for the same principal,
 * gets the same answer. `refusal`: why it is refused before the provider is asked, if it is.
 */
export async function onStaffsWord(
  domain: Payments,
  principal: Principal,
  { orderId, idempotencyKey, amount }: StaffsWord,
  { name, kind, wanted }: Move,
  refusal: (payment: Payment) => Promise<string | undefined> = async () => undefined,
): Promise<StaffOutcome> {
  requireIdempotencyKey(idempotencyKey);
  if (amount != null && amount < 1)
    throw new CodedError('BAD_USER_INPUT', '`amount` is above zero, in minor units: 250 is 2.50 €.');
  const payment = isId(orderId) ? await domain.db.payment.findUnique({ where: { orderId } }) : null;
  if (!payment || !mayManage(principal, payment.storeId)) return { kind: 'notFound' };
  const refused = await refusal(payment);
  if (refused !== undefined) return { kind: 'refused', payment, reason: refused };
  const key = `${actorOf(principal)}:${name}:${idempotencyKey}`;
  try {
    const request = { orderId, key };
    const { outcome, reason } = await processPayment(
      domain,
      providerOf(domain),
      kind === 'REFUND' ? { ...request, kind, ...(amount != null && { amount }) } : { ...request, kind },
    );
    const after = await domain.db.payment.findUniqueOrThrow({ where: { id: payment.id } });
    return outcome === wanted
      ? { kind: 'done', payment: after }
      : { kind: 'refused', payment: after, reason: reason ?? 'refused' };
  } catch (error) {
    if (error instanceof PaymentKeyReused) throw new IdempotencyKeyReused();
    if (error instanceof ProviderUnavailable) return { kind: 'providerUnavailable' };
    throw error;
  }
}
