/** What personal data may be used for beyond the orders themselves, in the order in which clients show it. */
export const consentPurposes = [
  'MARKETING',
  'PERSONALISATION',
  'ANALYTICS',
  'PARTNER_SHARING',
  'ORDER_NEWS_BY_EMAIL',
  'ORDER_NEWS_BY_SMS',
  'ORDER_NEWS_BY_PUSH',
] as const;

export type ConsentPurpose = (typeof consentPurposes)[number];

export interface ConsentState {
  readonly purpose: ConsentPurpose;
  readonly granted: boolean;
  /** Null when the customer was never asked. */
  readonly decidedAt: Date | null;
}

/**
 * The customer's present answer for every purpose, from their newest answer to each. A purpose that they were never
 * asked about counts as not granted.
 */
export function consentStates(newest: readonly { purpose: string; granted: boolean; at: Date }[]): ConsentState[] {
  return consentPurposes.map((purpose) => {
    const answer = newest.find((each) => each.purpose === purpose);
    return { purpose, granted: answer?.granted ?? false, decidedAt: answer?.at ?? null };
  });
}
