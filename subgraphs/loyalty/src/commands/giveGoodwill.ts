import { CustomerExistenceService } from '#generated/proto/drburger/customers/v1/existence_pb.ts';
import { LoyaltyGoodwillGiven } from '#schema/events/loyalty.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { earlierResult, idempotent } from '#platform/subgraph/idempotency.ts';
import type { AccountRow } from '../account.ts';
import type { Heard, Loyalty } from '../context.ts';
import { lockAccount, appendEntry } from './writeEntry.ts';

export interface GiveGoodwill {
  readonly idempotencyKey: string;
  readonly customerId: string;
  readonly points: number;
  readonly reason: 'LATE' | 'WRONG_ORDER' | 'POOR_QUALITY' | 'COURTESY';
  /** The order that it is about; null when it is about none. */
  readonly orderId: string | null;
}

export type GiveGoodwillOutcome =
  | { readonly kind: 'done'; readonly account: AccountRow }
  | { readonly kind: 'limit'; readonly of: 'customer' | 'giver'; readonly left: number }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** The most points that can be given at once, a customer can be given on a day, and one person can give on a day. */
export const goodwillLimits = { once: 500, customer: 1_000, giver: 5_000 } as const;

const invalid = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;

/** What is left for the day, in UTC, for a customer and for whoever gives. */
async function leftToday(tx: Heard['tx'], customerId: string, actor: string, now: Date) {
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const given = async (where: { customerId: string } | { actor: string }): Promise<number> =>
    (await tx.goodwill.aggregate({ where: { ...where, at: { gte: since } }, _sum: { points: true } }))._sum.points ?? 0;
  return {
    customer: goodwillLimits.customer - (await given({ customerId })),
    giver: goodwillLimits.giver - (await given({ actor })),
  };
}

/**
 * Gives a customer points of goodwill, once per idempotency key, within the limits of the action and of the day. Who
 * gave them, when and why is kept. Customers are asked whether they know this one, since an account of nobody could
 * never be used.
 */
export async function giveGoodwill(
  domain: Loyalty,
  principal: Principal,
  { idempotencyKey: key, ...body }: GiveGoodwill,
): Promise<GiveGoodwillOutcome> {
  const { customerId, points, reason, orderId } = body;
  const actor = actorOf(principal);
  const now = domain.clock();
  const request = { principal, mutation: 'giveGoodwill', key, body, now };
  if (!isId(customerId)) return invalid('customerId', 'This is not the id of a customer.');
  const earlier = await earlierResult<GiveGoodwillOutcome>(domain.db, request);
  if (earlier) return earlier.result;
  if (!(await domain.rpc.client(CustomerExistenceService).customerExists({ customerId })).exists)
    return invalid('customerId', 'No customer has this id: they never registered, or were erased.');
  return domain.transaction((tx) =>
    idempotent<GiveGoodwillOutcome>(tx, request, async () => {
      if (orderId !== null && !isId(orderId)) return invalid('orderId', 'This is not the id of an order.');
      if (points < 1 || points > goodwillLimits.once)
        return invalid('points', `Give 1 to ${goodwillLimits.once} points at once.`);
      // Whoever gives is locked before the account, always in this order, so that two gifts at once are added up.
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`GOODWILL:${actor}`}, 0))::text`;
      const before = await lockAccount(tx, customerId);
      const left = await leftToday(tx, customerId, actor, now);
      for (const of of ['customer', 'giver'] as const)
        if (points > left[of]) return { kind: 'limit', of, left: left[of] };
      const account = await appendEntry(
        domain,
        tx,
        { before, orderId: null, at: now, draft: { kind: 'GOODWILL', points } },
        (balance) => LoyaltyGoodwillGiven.of({ customerId, points, reason, balance, at: now.toISOString() }),
      );
      await tx.goodwill.create({ data: { id: domain.newId(), customerId, orderId, points, reason, actor, at: now } });
      return { kind: 'done', account };
    }),
  );
}
