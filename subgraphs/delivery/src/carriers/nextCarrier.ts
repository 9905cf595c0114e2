import type { PartnerName } from '../deliveryPartners/deliveryPartner.ts';
import type { CarrierRule } from './carrierRule.ts';

/** What was tried for a delivery so far. */
export interface Tried {
  /** Whether the time in which our own couriers could take it is over. */
  readonly ownCouriers: boolean;
  readonly partners: ReadonlyMap<PartnerName, { readonly refused: boolean; readonly unreached: number }>;
}

export type NextCarrier =
  | { readonly kind: 'ownCouriers' }
  | { readonly kind: 'partner'; readonly partner: PartnerName; readonly afterMs: number }
  | { readonly kind: 'nobody' };

/** A partner that cannot be reached is asked so often, with pauses: long enough for a restart on their side. */
const mostUnreached = 4;
const pauseMs = 15_000;

/**
 * Decides who is asked next to bring a delivery that nobody has. Each partner that refused is asked no more; one that
 * could not be reached, again once all others were asked.
 * @param rule its partners stand in the order in which they are to be asked
 */
export function nextCarrier({ choice, partners }: Pick<CarrierRule, 'choice' | 'partners'>, tried: Tried): NextCarrier {
  if (partners.length === 0) return { kind: 'ownCouriers' };
  const unreached = (partner: PartnerName): number => tried.partners.get(partner)?.unreached ?? 0;
  const left = partners.filter(
    (partner) => !tried.partners.get(partner)?.refused && unreached(partner) < mostUnreached,
  );
  if (choice === 'OWN_COURIERS' && !tried.ownCouriers) return { kind: 'ownCouriers' };
  const fresh = left.find((partner) => unreached(partner) === 0);
  if (fresh) return { kind: 'partner', partner: fresh, afterMs: 0 };
  if (!tried.ownCouriers) return { kind: 'ownCouriers' };
  const [again] = [...left].sort((one, other) => unreached(one) - unreached(other));
  return again ? { kind: 'partner', partner: again, afterMs: pauseMs * unreached(again) } : { kind: 'nobody' };
}
