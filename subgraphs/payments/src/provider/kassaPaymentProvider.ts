import { z } from 'zod';
import { providerRequests, type ProviderAnswer, type ProviderConnection } from './providerRequests.ts';
import type {
  AuthoriseAnswer,
  Challenge,
  PaymentProvider,
  ProviderPayment,
  ProviderRefusal,
} from './paymentProvider.ts';

const intent = z.object({
  id: z.string(),
  status: z.enum(['requires_action', 'requires_payment_method', 'requires_capture', 'succeeded', 'canceled']),
  next_action: z.object({ redirect_to_url: z.object({ url: z.url() }) }).nullable(),
  expires_at: z.iso.datetime(),
  last_payment_error: z.object({ decline_code: z.string() }).nullable(),
  latest_charge: z.object({ id: z.string(), amount_captured: z.int(), amount_refunded: z.int() }).nullable(),
});
type PaymentIntent = z.output<typeof intent>;
const found = z.object({ data: z.array(intent) });
export interface KassaConnection extends ProviderConnection {
  /** Where the payer's browser comes back to after their bank has asked them; `{orderId}` stands for the order's id. */
  readonly returnUrl: string;
}

/** What a refusal tells besides its code. */
const details = z.object({
  error: z.object({ decline_code: z.string().optional(), status: z.string().optional() }),
});

/**
 * The payment provider Kassa (`sandbox/paymentProvider/kassa/README.md`), which has the shape of the big ones: a
 * payment is an intent that is confirmed, by its payer if their bank wants that, captured and refunded.
 */
export function kassaPaymentProvider(connection: KassaConnection): PaymentProvider {
  const { get, post, file } = providerRequests(connection, {
    statuses: [400, 402],
    reusedKey: 'idempotency_key_in_use',
  });
  return {
    async authorise({ reference, amount, currency, methodToken, payerPresent, idempotencyKey }) {
      const answer = await post(
        '/v1/payment_intents',
        {
          amount,
          currency: currency.toLowerCase(),
          payment_method: methodToken,
          capture_method: 'manual',
          confirm: true,
          off_session: !payerPresent,
          return_url: payerPresent ? connection.returnUrl.replaceAll('{orderId}', reference) : null,
          metadata: { reference },
        },
        idempotencyKey,
      );
      if (answer.kind === 'refused') return { outcome: 'DECLINED', reason: declineOf(answer) };
      return authorised(intent.parse(answer.body));
    },
    async capture({ authorisationId, amount, idempotencyKey }) {
      const path = `/v1/payment_intents/${authorisationId}/capture`;
      const answer = await post(path, { amount_to_capture: amount }, idempotencyKey);
      if (answer.kind === 'refused') return refusal(answer);
      const charge = intent.parse(answer.body).latest_charge;
      if (!charge) throw new Error(`Kassa captured ${authorisationId} without a charge.`);
      return { outcome: 'CAPTURED', captureId: charge.id };
    },
    async void({ authorisationId, idempotencyKey }) {
      const answer = await post(`/v1/payment_intents/${authorisationId}/cancel`, {}, idempotencyKey);
      if (answer.kind === 'done' || statusIn(answer) === 'canceled') return { outcome: 'VOIDED' };
      return refusal(answer);
    },
    async refund({ captureId, amount, idempotencyKey }) {
      const answer = await post('/v1/refunds', { charge: captureId, amount }, idempotencyKey);
      return answer.kind === 'done' ? { outcome: 'REFUNDED' } : refusal(answer);
    },
    async payOut({ reference, account, amount, currency, idempotencyKey }) {
      const body = { destination: account, amount, currency: currency.toLowerCase(), metadata: { reference } };
      const answer = await post('/v1/payouts', body, idempotencyKey);
      return answer.kind === 'done' ? { outcome: 'PAID_OUT' } : refusal(answer);
    },
    async find(reference) {
      const { data } = found.parse(await get(`/v1/payment_intents?reference=${encodeURIComponent(reference)}`));
      return data[0] ? toPayment(data[0]) : null;
    },
    settlementFile: (day) => file(`/v1/settlements/${day}.csv`),
  };
}

function authorised(made: PaymentIntent): AuthoriseAnswer {
  const { id: authorisationId, status } = made;
  const challenge = challengeOf(made);
  if (status === 'requires_action' && challenge) return { outcome: 'CHALLENGED', authorisationId, challenge };
  // An intent can lapse before its answer comes: nothing is held then, and a capture would be refused.
  if (status === 'canceled') return { outcome: 'DECLINED', reason: 'authorisation_voided' };
  if (status === 'requires_payment_method') return { outcome: 'DECLINED', reason: declineReasonOf(made) };
  if (status === 'requires_action') throw new Error(`Kassa asks for ${authorisationId} to be confirmed nowhere.`);
  return { outcome: 'AUTHORISED', authorisationId };
}

const declineReasonOf = ({ last_payment_error: error }: PaymentIntent): string => error?.decline_code ?? 'declined';

const challengeOf = ({ next_action: action, expires_at: until }: PaymentIntent): Challenge | null =>
  action && { url: action.redirect_to_url.url, expiresAt: new Date(until) };

const toPayment = (known: PaymentIntent): ProviderPayment => ({
  authorisationId: known.id,
  declineReason: known.status === 'requires_payment_method' ? declineReasonOf(known) : null,
  voided: known.status === 'canceled',
  challenge: challengeOf(known),
  captureId: known.latest_charge?.id ?? null,
  captured: known.latest_charge?.amount_captured ?? 0,
  refunded: known.latest_charge?.amount_refunded ?? 0,
});

type Refused = Extract<ProviderAnswer, { kind: 'refused' }>;
const statusIn = ({ body }: Refused): string | undefined => details.safeParse(body).data?.error.status;
const declineOf = ({ body, code }: Refused): string => details.safeParse(body).data?.error.decline_code ?? code;

/** What an intent is instead of what the request needs it to be, in the words that refusals have here. */
const instead: Readonly<Record<string, string>> = {
  canceled: 'authorisation_voided',
  succeeded: 'already_captured',
  requires_action: 'not_confirmed',
  requires_payment_method: 'not_authorised',
};
const refusal = (answer: Refused): ProviderRefusal => ({
  outcome: 'REFUSED',
  reason: instead[statusIn(answer) ?? ''] ?? answer.code,
});
