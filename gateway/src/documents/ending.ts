/** When a registered document ends; both are left out for one whose end is not set. */
export interface Ending {
  /** Since when its end is announced. */
  readonly deprecatedAt?: Date | undefined;
  readonly sunset?: Date | undefined;
}

/** The headers `Deprecation` (RFC 9745) and `Sunset` (RFC 8594); none for a document whose end is not set. */
export const endingHeaders = ({ deprecatedAt, sunset }: Ending): Record<string, string> => ({
  ...(deprecatedAt && { deprecation: `@${Math.floor(deprecatedAt.getTime() / 1_000)}` }),
  ...(sunset && { sunset: sunset.toUTCString() }),
});
