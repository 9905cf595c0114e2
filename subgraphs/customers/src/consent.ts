/** What personal data may be used for beyond the orders themselves, in the order in which apps show it. */
export const consentPurposes = ['MARKETING', 'PERSONALISATION', 'ANALYTICS', 'PARTNER_SHARING'] as const;

export type ConsentPurpose = (typeof consentPurposes)[number];

export interface ConsentState {
  readonly purpose: ConsentPurpose;
  readonly granted: boolean;
  /** Null when the customer was never asked. */
  readonly decidedAt: Date | null;
}

/** Where a customer stands on every purpose, from the newest answer to each. Never asked counts as not granted. */
export function consentStates(newest: readonly { purpose: string; granted: boolean; at: Date }[]): ConsentState[] {
  return consentPurposes.map((purpose) => {
    const answer = newest.find((each) => each.purpose === purpose);
    return { purpose, granted: answer?.granted ?? false, decidedAt: answer?.at ?? null };
  });
}
