import { z } from 'zod';
import { fileOverHttp, jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import type { LoyaltyPartnerConnection } from './accountsLoyaltyPartner.ts';
import type { LoyaltyPartner, Posting, PostingOutcome } from './loyaltyPartner.ts';

const answered = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('POSTED'), postedAt: z.iso.datetime() }),
  z.object({ outcome: z.literal('REJECTED'), reason: z.string() }),
]);

/**
 * A loyalty partner that takes transactions, each put under the id that we give it, and that answers a refusal with 200
 * (`sandbox/loyaltyPartner/README.md`). It holds no state.
 */
export function transactionsLoyaltyPartner(connection: LoyaltyPartnerConnection): LoyaltyPartner {
  const counterpart = { ...connection, headers: { 'x-api-key': connection.apiKey } };
  async function put(type: 'ACCRUAL' | 'REDEMPTION', { key, account, points }: Posting): Promise<PostingOutcome> {
    const { status, body } = await jsonOverHttp(counterpart, {
      method: 'PUT',
      path: `/v2/transactions/${key}`,
      body: { member: account, type, amount: points },
      idempotent: true,
    });
    // Any other status is a mistake on our side, such as a wrong API key: the posting waits until it is mended.
    if (status !== 200) throw new Error(`The loyalty partner answered ${status} to a transaction.`);
    const answer = answered.parse(body);
    return answer.outcome === 'POSTED'
      ? { kind: 'booked', at: new Date(answer.postedAt) }
      : { kind: 'refused', code: answer.reason.toLowerCase() };
  }
  return {
    earn: (posting) => put('ACCRUAL', posting),
    burn: (posting) => put('REDEMPTION', posting),
    fileOf: (day) => fileOverHttp(counterpart, `/v2/statements/${day}`),
  };
}
