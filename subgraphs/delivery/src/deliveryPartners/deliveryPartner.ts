import type { Position } from '../quote.ts';

/** The partners with whom the chain may have a contract. */
export const partnerNames = ['VELO', 'STADTBOTE'] as const;
export type PartnerName = (typeof partnerNames)[number];

export interface Way {
  readonly pickup: Position;
  readonly dropoff: Position;
}

/** Who gets the food, and where they live. A partner is told, and it is kept nowhere here. */
export interface Recipient {
  readonly name: string;
  readonly phone: string | null;
  readonly address: string;
}

export type PartnerQuote =
  | { readonly kind: 'offered'; readonly price: number; readonly currency: string; readonly arrivesAt: Date }
  | { readonly kind: 'refused'; readonly reason: string };

/** A job as the partner knows it. */
export interface PartnerJob {
  readonly status: 'PENDING' | 'ASSIGNED' | 'PICKED_UP' | 'DELIVERED' | 'FAILED' | 'CANCELLED';
  /** The partner's code of why it failed, in lower case; null otherwise. */
  readonly reason: string | null;
  /** Where the partner's courier was last; null until the partner tells. */
  readonly position: (Position & { readonly at: Date }) | null;
}

export type CreateAnswer =
  { readonly kind: 'placed'; readonly job: PartnerJob } | { readonly kind: 'refused'; readonly reason: string };

/**
 * `unknown`: the partner has received nothing with this reference so far. `gone`: the food was picked up, or the job
 * has ended otherwise: `find` tells which.
 */
export type CancelAnswer = 'cancelled' | 'unknown' | 'gone';

/**
 * Port to a company whose couriers bring our orders. `reference` is our id of the job: whatever is asked with it twice
 * is done once, and `find` finds the job by it after an answer was lost.
 *
 * Every method rejects with `CounterpartUnavailable` when no answer came. It says whether the request may have been
 * carried out.
 */
export interface DeliveryPartner {
  quote(way: Way): Promise<PartnerQuote>;
  create(
    job: Way & { readonly reference: string; readonly recipient: Recipient; readonly promisedAt: Date },
  ): Promise<CreateAnswer>;
  /** Null when the partner has received nothing with this reference so far. A request under way may still arrive. */
  find(reference: string): Promise<PartnerJob | null>;
  /** A job that was cancelled before is answered with `cancelled`, too. */
  cancel(reference: string): Promise<CancelAnswer>;
}
