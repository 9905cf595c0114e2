import type { Deliveries, Tx } from '../context.ts';
import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';

/**
 * Who is asked first to bring the orders of a store. `OWN_COURIERS`: couriers of our own, and partners when none of
 * them has taken the job in time. `PARTNERS`: the partners in their order. `CHEAPEST` and `FASTEST`: the partners by
 * what they quote. Whenever partners come first, our own couriers are asked when no partner takes the job.
 */
export type CarrierChoice = 'OWN_COURIERS' | 'PARTNERS' | 'CHEAPEST' | 'FASTEST';

export interface CarrierRule {
  readonly storeId: string;
  /** Counts the changes; 0 for a store without a rule of its own, which has no partners. */
  readonly version: number;
  readonly choice: CarrierChoice;
  /** The partners that may bring orders of the store, in their order. */
  readonly partners: readonly PartnerName[];
  /** How long our own couriers may take a job before others are asked; without partners there is no end to it. */
  readonly ownCourierSeconds: number;
}

export const usualOwnCourierSeconds = 300;

/** The rule of a store as it is now. */
export async function ruleOf(db: Pick<Deliveries['db'] | Tx, 'carrierRule'>, storeId: string): Promise<CarrierRule> {
  const row = await db.carrierRule.findUnique({ where: { storeId } });
  if (!row)
    return { storeId, version: 0, choice: 'OWN_COURIERS', partners: [], ownCourierSeconds: usualOwnCourierSeconds };
  return { ...row, choice: row.choice as CarrierChoice, partners: row.partners as PartnerName[] };
}

/** The columns of a delivery about who is asked to bring it. */
export interface Offer {
  readonly offeredTo: 'OWN_COURIERS' | 'PARTNERS';
  /** When others are to be asked; null: never. */
  readonly nextCarrierAt: Date | null;
}

/** To whom a delivery that nobody has is offered first. */
export const firstOffer = (rule: CarrierRule, at: Date): Offer =>
  rule.choice === 'OWN_COURIERS' || rule.partners.length === 0
    ? offerToOwn(rule, at)
    : { offeredTo: 'PARTNERS', nextCarrierAt: at };

export const offerToOwn = ({ partners, ownCourierSeconds }: CarrierRule, at: Date): Offer => ({
  offeredTo: 'OWN_COURIERS',
  nextCarrierAt: partners.length === 0 ? null : new Date(at.getTime() + ownCourierSeconds * 1_000),
});
