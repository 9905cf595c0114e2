/** What the body of a webhook is made of. */
export interface Told {
  readonly payloadVersion: string;
  readonly type: string;
  readonly object: string;
  readonly objectVersion: number;
  readonly happenedAt: Date;
  readonly data: unknown;
}

/**
 * The forms of the body by version, as the enum `WebhookPayloadVersion` of the schema lists them. A change that would
 * break receivers is a new one beside the others: an endpoint stays with its own until its partner changes over.
 */
const versions: Readonly<Record<string, (told: Told) => object>> = {
  V1: ({ type, object, objectVersion, happenedAt, data }) => ({
    version: 'V1',
    type,
    timestamp: happenedAt.toISOString(),
    object,
    objectVersion,
    data,
  }),
};

/** The body of a webhook. It is the same at every try, so that its id always names the same text. */
export function bodyOf(told: Told): string {
  const form = versions[told.payloadVersion];
  if (!form) throw new Error(`there is no payload version ${told.payloadVersion}`);
  return JSON.stringify(form(told));
}
