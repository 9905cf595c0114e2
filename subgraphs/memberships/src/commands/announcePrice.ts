import type { PlanPrice } from '#generated/memberships/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Memberships } from '../context.ts';
import { priceOf } from '../plans.ts';

export interface AnnouncePrice {
  readonly idempotencyKey: string;
  readonly planId: string;
  readonly country: string;
  readonly amount: number;
  readonly holdsFrom: string;
}

export type AnnouncePriceOutcome =
  | { readonly kind: 'done'; readonly price: Pick<PlanPrice, 'amount' | 'currency' | 'exponent'> }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** How long before it holds a price is announced at least. */
export const noticeDays = 30;
const most = 2_147_483_647;

/** Sets what a plan will cost in a country. The billing loop tells the members, each once. */
export async function announcePrice(
  domain: Memberships,
  principal: Principal,
  { idempotencyKey: key, ...body }: AnnouncePrice,
): Promise<AnnouncePriceOutcome> {
  const now = domain.clock();
  const { planId, country, amount } = body;
  const invalid = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;
  return domain.transaction((tx) =>
    idempotent<AnnouncePriceOutcome>(
      tx,
      { principal, mutation: 'announceMembershipPrice', key, body, now },
      async () => {
        const holdsFrom = new Date(body.holdsFrom);
        if (holdsFrom.getTime() < now.getTime() + noticeDays * 86_400_000)
          return invalid('holdsFrom', `Members are told ${noticeDays} days before: give a later instant.`);
        if (amount < 1 || amount > most) return invalid('amount', `Give 1 to ${most} minor units.`);
        const price = await priceOf(tx, planId, country, now);
        if (!price) return invalid('planId', 'This plan has no price in this country.');
        if (price.amount === 0) return invalid('planId', 'A trial costs nothing.');
        const { currency, exponent } = price;
        const data = { planId, country, holdsFrom, amount, currency, exponent, announcedAt: now };
        const made = await tx.planPrice.createMany({ data, skipDuplicates: true });
        if (made.count === 0) return invalid('holdsFrom', 'Another price was announced for that instant already.');
        return { kind: 'done', price: { amount, currency, exponent } };
      },
    ),
  );
}
