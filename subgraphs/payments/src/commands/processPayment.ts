import { currentTrace } from '#platform/telemetry/trace.ts';
import type { Payments } from '../context.ts';
import { decide, type Outcome } from '../payment.ts';
import { chooseProvider } from '../chooseProvider.ts';
import type { ProviderOf } from '../config.ts';
import { finishIntent, type Intent } from './finishIntent.ts';
import {
  asWritten,
  readState,
  unheardOf,
  writeCommand,
  type OrderState,
  type Paid,
  type Row,
  type Written,
} from './orderState.ts';

/** What an authorisation needs beyond the order's id. */
export interface AuthorisationTerms {
  readonly storeId: string;
  /** Null for a guest at a kiosk. */
  readonly customerId: string | null;
  /** Amount in minor units, above zero. */
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
  readonly methodToken: string;
  /** Whether the payer's bank can ask the payer to confirm. If not, a payment that would need it is declined. */
  readonly payerPresent?: boolean;
}

export type PaymentRequest = {
  readonly orderId: string;
  /** The caller's idempotency key. */
  readonly key: string;
} & (
  | { readonly kind: 'AUTHORISE'; readonly terms: AuthorisationTerms }
  | { readonly kind: 'CAPTURE' | 'VOID' }
  /**
   * `amount`: the part that is paid back, in minor units; everything that is left without it. `insist`: when an earlier
   * call with the same key was refused, the provider is asked again.
   */
  | { readonly kind: 'REFUND'; readonly amount?: number; readonly insist?: boolean }
);

export interface PaymentAnswer {
  readonly outcome: Outcome;
  /** Code of the decline or refusal; null for a success. */
  readonly reason: string | null;
  /** Null when the order never had a payment. */
  readonly paymentId: string | null;
}

/** The idempotency key was used before with another request. */
export class PaymentKeyReused extends Error {
  override readonly name = 'PaymentKeyReused';
}

/** The order has a payment with other terms already. */
export class PaymentTermsDiffer extends Error {
  override readonly name = 'PaymentTermsDiffer';
}

type Step =
  | { readonly kind: 'answered'; readonly answer: PaymentAnswer }
  | { readonly kind: 'open'; readonly intent: Intent }
  /** `writes` has to be written first, if the order is still in the state on which it was decided. */
  | { readonly kind: 'write'; readonly writes: Written; readonly then: Exclude<Step, { readonly kind: 'write' }> };

/**
 * Moves the money of one order. It is safe to repeat and to interrupt: the intent is stored before the provider is
 * asked, and the outcome afterwards, with its event in the same transaction. The next call for the order, with the
 * same key or another one, first finds out the outcome of an intent that has none. The same key gets the same answer,
 * unless it insists.
 *
 * It rejects with `ProviderUnavailable` when the outcome could not be learned: call it again with the same key.
 */
export async function processPayment(
  domain: Payments,
  providerOf: ProviderOf,
  request: PaymentRequest,
): Promise<PaymentAnswer> {
  const provider = request.kind === 'AUTHORISE' ? await chooseProvider(domain, request.terms.storeId) : 'usual';
  for (;;) {
    const step = await begin(domain, request, provider);
    if (step.kind === 'answered') return step.answer;
    const answer = await finishIntent(domain, providerOf, step.intent);
    if (step.intent.command.key === request.key) return answer;
  }
}

/**
 * Answers when the provider need not be asked. Otherwise it stores an intent, or returns the earlier intent that has
 * to be finished first. It decides without a lock, and again for as long as the order is meanwhile in another state.
 */
async function begin(
  domain: Payments,
  request: PaymentRequest,
  provider: string,
): Promise<Exclude<Step, { readonly kind: 'write' }>> {
  // An authorisation is mostly the first that is heard of an order. If it is not, writing it tells the order's state.
  let state = request.kind === 'AUTHORISE' ? unheardOf : await readState(domain, request.orderId, request.key);
  for (;;) {
    const step = nextStep(domain, request, provider, state);
    if (step.kind !== 'write') return step;
    const other = await writeCommand(domain, state, step.writes);
    if (!other) return step.then;
    state = other;
  }
}

function nextStep(domain: Payments, request: PaymentRequest, provider: string, state: OrderState): Step {
  const { known, payment, open, situation } = state;
  if (known && known.fingerprint !== fingerprintOf(request))
    throw new PaymentKeyReused('This idempotency key was used before with another request.');
  const reopened = known?.outcome === 'REFUSED' && request.kind === 'REFUND' && request.insist === true;
  if (known?.outcome && !reopened)
    return { kind: 'answered', answer: { outcome: known.outcome, reason: known.reason, paymentId: known.paymentId } };
  if (known && !reopened) return { kind: 'open', intent: { command: known, payment: payment!, heard: 'perhaps' } };
  if (payment && request.kind === 'AUTHORISE') requireSameTerms(payment, request.terms);
  const part = partOf(request);
  const tooMuch = payment !== null && part !== null && part > payment.captured - payment.refunded;
  const decision = decide(request.kind, situation, tooMuch);
  if (decision.kind === 'finishEarlier') {
    if (!open) throw new Error(`Payment ${payment!.id} is ${situation} without a command that has no outcome.`);
    return { kind: 'open', intent: { command: open, payment: payment!, heard: 'perhaps' } };
  }
  if (decision.kind === 'answer') {
    const answer = { ...decision.result, paymentId: payment?.id ?? null };
    const writes = { command: commandOf(domain, request, answer), payment: null };
    return { kind: 'write', writes, then: { kind: 'answered', answer } };
  }
  const asking: Row & { readonly id: string } =
    request.kind === 'AUTHORISE'
      ? newPayment(domain, request.orderId, { ...request.terms, provider })
      : { ...state.told.payment!, id: payment!.id, status: decision.status, updated_at: domain.clock() };
  const writes = { command: commandOf(domain, request, { paymentId: asking.id }), payment: asking };
  return { kind: 'write', writes, then: { kind: 'open', intent: { ...asWritten(writes), heard: 'no' } } };
}

const newPayment = (
  { newId, clock }: Payments,
  orderId: string,
  terms: AuthorisationTerms & { readonly provider: string },
): Row & { readonly id: string } => ({
  id: newId(),
  order_id: orderId,
  store_id: terms.storeId,
  customer_id: terms.customerId,
  status: 'REQUESTED',
  amount: terms.amount,
  captured: 0,
  refunded: 0,
  currency: terms.currency,
  exponent: terms.exponent,
  failure_reason: null,
  method_token: terms.methodToken,
  authorisation_id: null,
  capture_id: null,
  provider: terms.provider,
  payer_present: terms.payerPresent ?? false,
  challenge_url: null,
  version: 0,
  created_at: clock(),
  updated_at: clock(),
});

function commandOf(
  { newId, clock }: Payments,
  request: PaymentRequest,
  { paymentId, outcome, reason }: Pick<PaymentAnswer, 'paymentId'> & Partial<PaymentAnswer>,
): Row {
  const now = clock();
  return {
    key: request.key,
    kind: request.kind,
    order_id: request.orderId,
    payment_id: paymentId,
    fingerprint: fingerprintOf(request),
    amount: partOf(request),
    outcome: outcome ?? null,
    reason: reason ?? null,
    provider_key: newId(),
    created_at: now,
    settled_at: outcome ? now : null,
    trace: currentTrace(),
  };
}

function requireSameTerms(payment: Paid, terms: AuthorisationTerms): void {
  if (payment.amount === terms.amount && payment.currency === terms.currency) return;
  throw new PaymentTermsDiffer(`The order has a payment of ${payment.amount} ${payment.currency} already.`);
}

/** The amount of a refund of a part; null for everything else. */
const partOf = (request: PaymentRequest): number | null =>
  request.kind === 'REFUND' ? (request.amount ?? null) : null;

/**
 * A fingerprint of the request without the payment method: the command is kept for ever, but the payment method only
 * until the authorisation is answered.
 */
const fingerprintOf = (request: PaymentRequest): string => {
  const { kind, orderId } = request;
  const part = partOf(request);
  if (request.kind !== 'AUTHORISE') return JSON.stringify([kind, orderId, ...(part === null ? [] : [part])]);
  const { storeId, customerId, amount, currency, exponent } = request.terms;
  return JSON.stringify([kind, orderId, storeId, customerId, amount, currency, exponent]);
};
