import { createHash, createHmac, randomBytes } from 'node:crypto';

/** A request that is to be signed. Send exactly these bytes to exactly this address. */
export interface UnsignedRequest {
  /** By default POST with a body, and GET without one. */
  readonly method?: string;
  /** As it is called, with the query. It is signed as `fetch` sends it: in the spelling of `new URL`, without a `#`. */
  readonly url: string;
  readonly body?: string;
}

/** For tests with known results; leave them out otherwise. */
export interface SignatureChoices {
  /** Seconds since the epoch. */
  readonly created?: number;
  /** A text of 16 to 128 characters that was never used with this key. */
  readonly nonce?: string;
}

/**
 * The headers that sign a request with an API key: HTTP Message Signatures (RFC 9421) by HMAC-SHA256. They are good
 * once, and for five minutes. The secret part of the key is not in them.
 * @throws Error for a text that is no API key
 */
export function signRequest(
  { url, body = '', method = body === '' ? 'GET' : 'POST' }: UnsignedRequest,
  apiKey: string,
  { created = Math.floor(Date.now() / 1_000), nonce = randomBytes(16).toString('hex') }: SignatureChoices = {},
): Record<string, string> {
  const cut = apiKey.lastIndexOf('_');
  const [keyId, secret] = [apiKey.slice(0, cut), apiKey.slice(cut + 1)];
  if (!keyId.startsWith('drb_') || secret === '') throw new Error('an API key has the form drb_<app>_<id>_<secret>');
  const signingKey = createHmac('sha256', secret).update('drburger-request-signing-v1').digest();
  const target = new URL(url);
  target.hash = '';
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  const parameters = `("@method" "@target-uri" "content-digest");created=${created};keyid="${keyId}";nonce="${nonce}";alg="hmac-sha256"`;
  const base = [
    `"@method": ${method.toUpperCase()}`,
    `"@target-uri": ${target.href}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const signature = createHmac('sha256', signingKey).update(base).digest('base64');
  return {
    'content-type': 'application/json',
    'content-digest': digest,
    'signature-input': `sig=${parameters}`,
    signature: `sig=:${signature}:`,
  };
}
