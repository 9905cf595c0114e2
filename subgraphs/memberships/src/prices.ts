import { MembershipPriceAnnounced } from '#schema/events/memberships.ts';
import type { Memberships } from './context.ts';
import { lockMembership, tell } from './record.ts';

interface Untold {
  readonly id: string;
  readonly planId: string;
  readonly amount: number;
  readonly currency: string;
  readonly exponent: number;
  readonly holdsFrom: Date;
}

/**
 * The members who were not told of a price to come of the plan that they pay for next; of a trial it is the plan that
 * follows. One who signed up after the announcement has seen it.
 */
const untoldMembers = (domain: Memberships, most: number) =>
  domain.db.$queryRaw<Untold[]>`
    SELECT DISTINCT ON (membership.id) membership.id, price.plan_id AS "planId", price.amount, price.currency, price.exponent, price.holds_from AS "holdsFrom"
      FROM membership
      JOIN plan ON plan.id = membership.plan_id
      JOIN plan_price price ON price.plan_id = coalesce(plan.then_plan_id, plan.id) AND price.country = membership.country
     WHERE membership.status IN ('ACTIVE', 'PAST_DUE', 'PAUSED') AND NOT membership.cancel_at_end
       AND price.announced_at > membership.created_at AND price.holds_from > ${domain.clock()}
       AND (membership.price_told IS NULL OR price.holds_from > membership.price_told)
     ORDER BY membership.id, price.holds_from LIMIT ${most}`;

/** Tells members what their plan will cost, each once for each new price. It returns how many were told. */
export async function tellPrices(domain: Memberships, most: number): Promise<number> {
  const untold = await untoldMembers(domain, most);
  for (const { id, planId, amount, currency, exponent, holdsFrom } of untold)
    await domain.transaction(async (tx) => {
      const own = await lockMembership(tx, id);
      if (!own || (own.membership.priceTold && own.membership.priceTold >= holdsFrom)) return;
      const { customerId: customer } = own.membership;
      const event = MembershipPriceAnnounced.of({
        membershipId: id,
        customerId: customer,
        planId,
        amount,
        currency,
        exponent,
        holdsFrom: holdsFrom.toISOString(),
        at: domain.clock().toISOString(),
      });
      await tell(domain, tx, own.membership, [event], { priceTold: holdsFrom });
    });
  return untold.length;
}
