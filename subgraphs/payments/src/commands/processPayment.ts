import type { Payment, PaymentCommand } from '#generated/payments/prisma/client.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import type { Payments } from '../context.ts';
import { decide, type Outcome, type Situation } from '../payment.ts';
import { chooseProvider } from '../chooseProvider.ts';
import type { ProviderOf } from '../config.ts';
import { finishIntent, type Intent } from './finishIntent.ts';
import { lockOrder } from './lockOrder.ts';

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

type Tx = TransactionOf<Payments['db']>;
type Step =
  { readonly kind: 'answered'; readonly answer: PaymentAnswer } | { readonly kind: 'open'; readonly intent: Intent };

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
 * to be finished first.
 */
function begin(domain: Payments, request: PaymentRequest, provider: string): Promise<Step> {
  return domain.transaction(async (tx) => {
    await lockOrder(tx, request.orderId, request.key);
    const known = await tx.paymentCommand.findUnique({ where: { key: request.key } });
    if (known && known.fingerprint !== fingerprintOf(request))
      throw new PaymentKeyReused('This idempotency key was used before with another request.');
    const reopened = known?.outcome === 'REFUSED' && request.kind === 'REFUND' && request.insist === true;
    if (known?.outcome && !reopened)
      return {
        kind: 'answered',
        answer: { outcome: known.outcome, reason: known.reason, paymentId: known.paymentId },
      };
    const payment = await tx.payment.findUnique({ where: { orderId: request.orderId } });
    if (known && !reopened) return { kind: 'open', intent: { command: known, payment: payment!, heard: 'perhaps' } };
    if (payment && request.kind === 'AUTHORISE') requireSameTerms(payment, request.terms);
    const part = partOf(request);
    const tooMuch = payment !== null && part !== null && part > payment.captured - payment.refunded;
    const decision = decide(request.kind, await situationOf(tx, request.orderId, payment), tooMuch);
    if (decision.kind === 'answer') {
      await writeCommand(domain, tx, request, { paymentId: payment?.id ?? null, ...decision.result });
      return { kind: 'answered', answer: { ...decision.result, paymentId: payment?.id ?? null } };
    }
    if (decision.kind === 'finishEarlier') {
      const earlier = await tx.paymentCommand.findFirstOrThrow({ where: { paymentId: payment!.id, outcome: null } });
      return { kind: 'open', intent: { command: earlier, payment: payment!, heard: 'perhaps' } };
    }
    const asking =
      request.kind === 'AUTHORISE'
        ? await openPayment(domain, tx, request.orderId, { ...request.terms, provider })
        : await tx.payment.update({
            where: { id: payment!.id },
            data: { status: decision.status, updatedAt: domain.clock() },
          });
    return {
      kind: 'open',
      intent: {
        command: await writeCommand(domain, tx, request, { paymentId: asking.id }),
        payment: asking,
        heard: 'no',
      },
    };
  });
}

/**
 * The situation of an order. An order that was voided before it had a payment is blocked: an authorisation that
 * arrives later must not charge it.
 */
async function situationOf(tx: Tx, orderId: string, payment: Payment | null): Promise<Situation> {
  if (payment) return payment.status;
  return (await tx.paymentCommand.count({ where: { orderId, kind: 'VOID', outcome: 'VOIDED' } })) > 0
    ? 'BLOCKED'
    : 'NONE';
}

const openPayment = (
  domain: Payments,
  tx: Tx,
  orderId: string,
  terms: AuthorisationTerms & { readonly provider: string },
): Promise<Payment> =>
  tx.payment.create({
    data: {
      ...terms,
      id: domain.newId(),
      orderId,
      status: 'REQUESTED',
      createdAt: domain.clock(),
      updatedAt: domain.clock(),
    },
  });

function writeCommand(
  domain: Payments,
  tx: Tx,
  request: PaymentRequest,
  result: { paymentId: string | null; outcome?: Outcome; reason?: string | null },
): Promise<PaymentCommand> {
  const now = domain.clock();
  const data = {
    key: request.key,
    kind: request.kind,
    orderId: request.orderId,
    fingerprint: fingerprintOf(request),
    amount: partOf(request),
    providerKey: domain.newId(),
    createdAt: now,
    outcome: null,
    reason: null,
    ...result,
    settledAt: result.outcome ? now : null,
  };
  return tx.paymentCommand.upsert({ where: { key: request.key }, create: data, update: data });
}

function requireSameTerms(payment: Payment, terms: AuthorisationTerms): void {
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
