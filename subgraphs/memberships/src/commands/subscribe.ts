import type { Membership } from '#generated/memberships/prisma/client.ts';
import { MembershipRequested } from '#schema/events/memberships.ts';
import type { OrderingTerms } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { earlierResult, idempotent, requireIdempotencyKey } from '#platform/subgraph/idempotency.ts';
import { dayOf } from '../calendar.ts';
import type { Memberships, Tx } from '../context.ts';
import { beginOn } from '../membership.ts';
import { priceOf, type Offer } from '../plans.ts';
import { lockLive } from '../record.ts';
import { storeOf } from '../stores.ts';

export interface Subscribe {
  readonly idempotencyKey: string;
  readonly planId: string;
  readonly storeId: string;
  readonly methodToken: string;
  readonly agreedPrice: number;
}

export type SubscribeOutcome =
  | { readonly kind: 'requested' | 'exists'; readonly membershipId: string }
  | { readonly kind: 'notOffered' | 'trialUsed' }
  | { readonly kind: 'priceDiffers'; readonly amount: number; readonly currency: string; readonly exponent: number }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/**
 * Takes a customer's wish for a membership, once per idempotency key. The saga that hears of it takes the money and
 * lets the membership begin.
 */
export async function subscribe(
  domain: Memberships,
  principal: Principal,
  { idempotencyKey: key, methodToken, ...wanted }: Subscribe,
): Promise<SubscribeOutcome> {
  requireIdempotencyKey(key);
  const now = domain.clock();
  // The card's token is not among what is kept under the key: it is deleted when the membership ends.
  const request = { principal, mutation: 'subscribeToMembership', key, body: wanted, now };
  const earlier = await earlierResult<SubscribeOutcome>(domain.db, request);
  if (earlier) return earlier.result;
  if (methodToken === '' || charactersIn(methodToken) > 200)
    return { kind: 'invalid', field: 'methodToken', message: 'Give the token of the provider, 1 to 200 characters.' };
  const store = await storeOf(domain, wanted.storeId);
  return domain.transaction(async (tx) => {
    // Two requests of one customer take turns, so that the second finds the membership of the first.
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`MEMBER:${principal.subject}`}, 0))::text`;
    return idempotent<SubscribeOutcome>(tx, request, async () => {
      const plan = store && (await tx.plan.findFirst({ where: { id: wanted.planId, offered: true } }));
      const price = plan && (await priceOf(tx, plan.id, store.country, now));
      if (!price) return { kind: 'notOffered' };
      const customerId = principal.subject;
      const live = await lockLive(tx, customerId);
      if (live) return { kind: 'exists', membershipId: live.membership.id };
      if (plan.months === 0 && (await tx.membership.count({ where: { customerId, status: { not: 'FAILED' } } })) > 0)
        return { kind: 'trialUsed' };
      if (price.amount !== wanted.agreedPrice) {
        const { amount, currency, exponent } = price;
        return { kind: 'priceDiffers', amount, currency, exponent };
      }
      const membership = await create(domain, tx, {
        customerId,
        storeId: wanted.storeId,
        store,
        methodToken,
        offer: { plan, price },
      });
      return { kind: 'requested', membershipId: membership.id };
    });
  });
}

interface Creation {
  readonly customerId: string;
  readonly storeId: string;
  readonly store: OrderingTerms;
  readonly methodToken: string;
  readonly offer: Offer;
}

async function create(
  domain: Memberships,
  tx: Tx,
  { customerId, storeId, store, methodToken, offer: { plan, price } }: Creation,
): Promise<Membership> {
  const now = domain.clock();
  const { country, timeZone } = store;
  const { amount, currency, exponent } = price;
  const id = domain.newId();
  const membership = await tx.membership.create({
    data: {
      ...beginOn(dayOf(now, timeZone), plan, amount),
      id,
      customerId,
      storeId,
      planId: plan.id,
      status: 'PENDING',
      country,
      currency,
      exponent,
      timeZone,
      methodToken,
      version: 1,
      createdAt: now,
    },
  });
  if (amount > 0)
    await tx.charge.create({
      data: {
        id: domain.newId(),
        membershipId: id,
        kind: 'SUBSCRIPTION',
        planId: plan.id,
        status: 'REQUESTED',
        amount,
        worth: amount,
        createdAt: now,
      },
    });
  await domain.events.append(tx, 0, [
    MembershipRequested.of({
      membershipId: id,
      customerId,
      storeId,
      planId: plan.id,
      amount,
      currency,
      exponent,
      at: now.toISOString(),
    }),
  ]);
  return membership;
}
