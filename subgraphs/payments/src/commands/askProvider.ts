import { toPayBack, type Result } from '../payment.ts';
import type {
  AuthoriseAnswer,
  CaptureAnswer,
  Challenge,
  PaymentProvider,
  ProviderPayment,
  RefundAnswer,
  VoidAnswer,
} from '../provider/paymentProvider.ts';
import type { Intent } from './finishIntent.ts';
import type { Paid } from './orderState.ts';

/** The provider's outcome, and its ids of the authorisation and the capture. */
export interface Asked extends Result {
  readonly authorisationId?: string;
  readonly captureId?: string;
  readonly challenge?: Challenge;
}

/**
 * Gets the outcome of an intent from the payment provider. An intent that the provider may have received before is
 * first looked up by the order's id. When nothing is found, the earlier request may still be under way, so it is
 * never taken for failed: it is sent again with the same idempotency key.
 */
export async function askProvider(provider: PaymentProvider, intent: Intent): Promise<Asked> {
  if (intent.heard === 'perhaps') {
    const known = await provider.find(intent.payment.orderId);
    const asked = known && outcomeIn(known, intent);
    if (asked) return asked;
  }
  return toAsked(await request(provider, intent));
}

function request(
  provider: PaymentProvider,
  { command, payment }: Intent,
): Promise<AuthoriseAnswer | CaptureAnswer | VoidAnswer | RefundAnswer> {
  const idempotencyKey = command.providerKey;
  const { amount, currency } = payment;
  switch (command.kind) {
    case 'AUTHORISE':
      return provider.authorise({
        reference: payment.orderId,
        amount,
        currency,
        methodToken: required(payment, 'methodToken'),
        payerPresent: payment.payerPresent,
        idempotencyKey,
      });
    case 'CAPTURE':
      return provider.capture({ authorisationId: required(payment, 'authorisationId'), amount, idempotencyKey });
    case 'VOID':
      return provider.void({ authorisationId: required(payment, 'authorisationId'), idempotencyKey });
    case 'REFUND':
      return provider.refund({
        captureId: required(payment, 'captureId'),
        amount: toPayBack(command.amount, payment),
        idempotencyKey,
      });
    default:
      return command.kind satisfies never;
  }
}

/** The outcome of the intent as far as the provider's record of the payment shows it; null when it does not. */
function outcomeIn(known: ProviderPayment, { command, payment }: Intent): Asked | null {
  switch (command.kind) {
    case 'AUTHORISE':
      return authorisationIn(known);
    case 'CAPTURE':
      return known.captureId === null ? null : { outcome: 'CAPTURED', reason: null, captureId: known.captureId };
    case 'VOID':
      return known.voided ? { outcome: 'VOIDED', reason: null } : null;
    case 'REFUND':
      return known.refunded >= payment.refunded + toPayBack(command.amount, payment)
        ? { outcome: 'REFUNDED', reason: null }
        : null;
    default:
      return command.kind satisfies never;
  }
}

/** What has become of an authorisation that the provider has received. */
export function authorisationIn({ authorisationId, challenge, declineReason, voided }: ProviderPayment): Asked {
  if (declineReason !== null) return { outcome: 'DECLINED', reason: declineReason };
  if (challenge) return { outcome: 'CHALLENGED', reason: null, authorisationId, challenge };
  // Nothing is held any more, and a capture would be refused.
  if (voided) return { outcome: 'DECLINED', reason: 'authorisation_voided' };
  return { outcome: 'AUTHORISED', reason: null, authorisationId };
}

function toAsked(answer: AuthoriseAnswer | CaptureAnswer | VoidAnswer | RefundAnswer): Asked {
  return 'reason' in answer ? answer : { reason: null, ...answer };
}

function required(payment: Paid, field: 'methodToken' | 'authorisationId' | 'captureId'): string {
  const value = payment[field];
  if (value === null) throw new Error(`Payment ${payment.id} is ${payment.status} without its ${field}.`);
  return value;
}
