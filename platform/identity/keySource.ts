import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';

/** Where the keys are that tokens are signed with. */
export interface KeySource {
  readonly find: JWTVerifyGetKey;
  /** Fetches the keys again, for a token that those known do not fit. Resolves with whether there may be other ones. */
  renew(): Promise<boolean>;
}

/** Keys that never change. */
export const givenKeys = (find: JWTVerifyGetKey): KeySource => ({ find, renew: () => Promise.resolve(false) });

/**
 * What a token says, if one of the keys has signed it. A key that was exchanged under its old id, or has none, does not
 * fit the tokens of the new one: the keys are fetched again then.
 */
export async function payloadOf(token: string, keys: KeySource, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return await payloadByAny(token, keys.find, options);
  } catch (error) {
    if (!(error instanceof errors.JWSSignatureVerificationFailed) || !(await keys.renew())) throw error;
    return payloadByAny(token, keys.find, options);
  }
}

/** Tries each key of an issuer that gives them no ids: its tokens do not say which of them it was. */
async function payloadByAny(token: string, find: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
