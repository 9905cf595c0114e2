import type { Membership, Plan, PlanPrice } from '#generated/memberships/prisma/client.ts';
import type { Tx } from './context.ts';

/** A plan with its price in a country. */
export interface Offer {
  readonly plan: Plan;
  readonly price: PlanPrice;
}

type Db = Pick<Tx, 'plan' | 'planPrice'>;

/** The price of a plan in a country that holds at an instant; null when it has none there. */
export const priceOf = (db: Db, planId: string, country: string, at: Date): Promise<PlanPrice | null> =>
  db.planPrice.findFirst({ where: { planId, country, holdsFrom: { lte: at } }, orderBy: { holdsFrom: 'desc' } });

/**
 * The price of a renewal for a member: the one that holds when the new period begins, unless it was announced after
 * they signed up and they were not told of it in time. Then the one before holds for them.
 */
export const renewalPrice = (
  db: Db,
  planId: string,
  { country, createdAt, priceTold }: Pick<Membership, 'country' | 'createdAt' | 'priceTold'>,
  at: Date,
): Promise<PlanPrice | null> => {
  const known = {
    OR: [{ announcedAt: { lte: createdAt } }, ...(priceTold ? [{ holdsFrom: { lte: priceTold } }] : [])],
  };
  return db.planPrice.findFirst({
    where: { planId, country, holdsFrom: { lte: at }, ...known },
    orderBy: { holdsFrom: 'desc' },
  });
};

/** What is offered in a country at an instant, cheapest first. */
export async function offersIn(db: Db, country: string, at: Date): Promise<Offer[]> {
  const plans = await db.plan.findMany({ where: { offered: true } });
  const prices = await Promise.all(plans.map(({ id }) => priceOf(db, id, country, at)));
  return plans
    .flatMap((plan, index) => (prices[index] ? [{ plan, price: prices[index] }] : []))
    .sort((a, b) => a.price.amount - b.price.amount || (a.plan.id < b.plan.id ? -1 : 1));
}
