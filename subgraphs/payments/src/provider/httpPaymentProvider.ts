import { z } from 'zod';
import { providerRequests, type ProviderAnswer, type ProviderConnection } from './providerRequests.ts';
import type { PaymentProvider, ProviderPayment, ProviderRefusal } from './paymentProvider.ts';

const authorisation = z.object({
  id: z.string(),
  status: z.enum(['authorised', 'declined', 'captured', 'voided', 'expired']),
  declineCode: z.string().nullable(),
  capturedAmount: z.int(),
  refundedAmount: z.int(),
  captures: z.array(z.object({ id: z.string() })),
});
const created = z.object({ id: z.string() });
const found = z.object({ data: z.array(authorisation) });

/**
 * The payment provider by its REST API (`sandbox/paymentProvider/README.md`). It holds no state: create one wherever
 * you need it.
 */
export function httpPaymentProvider(connection: ProviderConnection): PaymentProvider {
  const { get, post, file } = providerRequests(connection, {
    statuses: [400, 422],
    reusedKey: 'idempotency_key_reused',
  });
  return {
    async authorise({ reference, amount, currency, methodToken, idempotencyKey }) {
      const answer = await post(
        '/v1/authorisations',
        { merchantReference: reference, amount, currency, methodToken },
        idempotencyKey,
      );
      if (answer.kind === 'refused') return { outcome: 'DECLINED', reason: answer.code };
      const { id, declineCode } = authorisation.parse(answer.body);
      return declineCode === null
        ? { outcome: 'AUTHORISED', authorisationId: id }
        : { outcome: 'DECLINED', reason: declineCode };
    },
    async capture({ authorisationId, amount, idempotencyKey }) {
      const answer = await post(`/v1/authorisations/${authorisationId}/captures`, { amount }, idempotencyKey);
      return answer.kind === 'done'
        ? { outcome: 'CAPTURED', captureId: created.parse(answer.body).id }
        : refusal(answer);
    },
    async void({ authorisationId, idempotencyKey }) {
      const answer = await post(`/v1/authorisations/${authorisationId}/voids`, {}, idempotencyKey);
      return answer.kind === 'done' || answer.code === 'already_voided' ? { outcome: 'VOIDED' } : refusal(answer);
    },
    async refund({ captureId, amount, idempotencyKey }) {
      const answer = await post(`/v1/captures/${captureId}/refunds`, { amount }, idempotencyKey);
      return answer.kind === 'done' ? { outcome: 'REFUNDED' } : refusal(answer);
    },
    async payOut({ reference, account, amount, currency, idempotencyKey }) {
      const body = { merchantReference: reference, account, amount, currency };
      const answer = await post('/v1/payouts', body, idempotencyKey);
      return answer.kind === 'done' ? { outcome: 'PAID_OUT' } : refusal(answer);
    },
    async find(reference) {
      const { data } = found.parse(await get(`/v1/authorisations?merchantReference=${encodeURIComponent(reference)}`));
      return data[0] ? toPayment(data[0]) : null;
    },
    settlementFile: (day) => file(`/v1/settlements/${day}.csv`),
  };
}

const refusal = ({ code }: Extract<ProviderAnswer, { kind: 'refused' }>): ProviderRefusal => ({
  outcome: 'REFUSED',
  reason: code,
});

const toPayment = (known: z.output<typeof authorisation>): ProviderPayment => ({
  authorisationId: known.id,
  declineReason: known.declineCode,
  voided: known.status === 'voided' || known.status === 'expired',
  challenge: null,
  captureId: known.captures[0]?.id ?? null,
  captured: known.capturedAmount,
  refunded: known.refundedAmount,
});
