import { z } from 'zod';
import { fileOverHttp, jsonOverHttp } from '#platform/outward/jsonOverHttp.ts';
import type { Outward } from '#platform/outward/outward.ts';
import type { LoyaltyPartner, Posting, PostingOutcome } from './loyaltyPartner.ts';

const booked = z.object({ bookedAt: z.iso.datetime() });
const problem = z.object({ error: z.object({ code: z.string() }) });

export interface LoyaltyPartnerConnection {
  readonly url: string;
  readonly apiKey: string;
  readonly outward: Outward;
}

/** A loyalty partner whose accounts are resources (`sandbox/loyaltyPartner/README.md`). It holds no state. */
export function accountsLoyaltyPartner(connection: LoyaltyPartnerConnection): LoyaltyPartner {
  const headers = { authorization: `Bearer ${connection.apiKey}` };
  async function post(kind: 'earn' | 'burn', { key, account, points }: Posting): Promise<PostingOutcome> {
    const { status, body } = await jsonOverHttp(
      { ...connection, headers },
      {
        method: 'POST',
        path: `/v1/accounts/${account}/${kind}`,
        body: { points },
        headers: { 'idempotency-key': key },
        idempotent: true,
      },
    );
    if (status < 300) return { kind: 'booked', at: new Date(booked.parse(body).bookedAt) };
    const code = problem.safeParse(body).data?.error.code;
    // Any other status is a mistake on our side, such as a wrong API key: the posting waits until it is mended.
    if (status !== 422 || code === undefined) throw new Error(`The loyalty partner answered ${status} to ${kind}.`);
    return { kind: 'refused', code };
  }
  return {
    earn: (posting) => post('earn', posting),
    burn: (posting) => post('burn', posting),
    fileOf: (day) => fileOverHttp({ ...connection, headers }, `/v1/files/${day}.csv`),
  };
}
