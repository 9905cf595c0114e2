/** A change of points at an account, which the partner books once per key, however often it is asked. */
export interface Posting {
  readonly key: string;
  /** The account, by the number under which the partner knows it. */
  readonly account: string;
  /** More than 0. */
  readonly points: number;
}

/**
 * The partner has booked it, at this instant by its clock, or refuses it with a code of its own: for good, but for
 * `insufficient_points`, which may be asked again when the account has got some.
 */
export type PostingOutcome =
  { readonly kind: 'booked'; readonly at: Date } | { readonly kind: 'refused'; readonly code: string };

/**
 * The company that keeps points for several chains. Calls reject when there is no answer: the partner may or may not
 * have booked then, and is asked again by the same key.
 */
export interface LoyaltyPartner {
  earn(posting: Posting): Promise<PostingOutcome>;
  burn(posting: Posting): Promise<PostingOutcome>;
  /** What it booked on a day, in UTC, as the file of that day; null as long as there is none. */
  fileOf(day: string): Promise<string | null>;
}
