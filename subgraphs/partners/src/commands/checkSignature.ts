import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ParseError, isInnerList, parseDictionary, serializeInnerList, type InnerList } from 'structured-headers';
import type { ApiKey } from '#generated/partners/prisma/client.ts';
import { pause } from '#platform/events/pause.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { open, seal, type SealedPlace } from '#platform/pii/sealedField.ts';
import type { Partners } from '../context.ts';
import type { KeyOfApp } from './authenticate.ts';

/** What is known of a signed request before its body is read. The channel compares the body with the digest. */
export interface SignedRequest {
  readonly method: string;
  readonly targetUri: string;
  readonly contentDigest: string;
  readonly signatureInput: string;
  readonly signature: string;
}

/** How far a signer's clock may be from ours, in seconds. A nonce is kept for as long. */
const toleranceSeconds = 300;
/** Clocks of replicas differ, so a nonce is kept a little longer than it has to be. */
const slackSeconds = 60;
/** The components that a signature covers: these, in any order, and no others. */
const covered = ['@method', '@target-uri', 'content-digest'];
export const signingKeyPlace = (keyId: string): SealedPlace => ({ field: 'api_key.signing_key', row: keyId });

/**
 * Finds the key that signed a request (HTTP Message Signatures, RFC 9421, by HMAC-SHA256), and uses the request's nonce
 * up. Returns why not, in words for the caller: the same, after the same work, for an unknown key as for a known one
 * that did not sign, so that nobody learns which keys there are.
 */
export async function checkSignature(domain: Partners, request: SignedRequest): Promise<KeyOfApp | string> {
  const read = readSignature(request);
  if (typeof read === 'string') return read;
  const { keyId, nonce, created, expires, signature, base } = read;
  const now = domain.clock().getTime() / 1_000;
  if (Math.abs(now - created) > toleranceSeconds)
    return `\`created\` is more than ${toleranceSeconds} s from our clock: sign each request anew, and set your clock.`;
  if (expires !== undefined && expires < now)
    return 'The signature is no longer good by its own `expires`: sign each request anew, and set your clock.';
  const key = await domain.db.apiKey.findUnique({ where: { id: keyId }, include: { app: true } });
  const expected = createHmac('sha256', signingKeyIn(domain, key ?? decoyOf(domain)))
    .update(base)
    .digest();
  const fits = signature.length === expected.length && timingSafeEqual(signature, expected);
  if (!key || !fits)
    return `The signature is not one of this request by a key that is good here. Its base is: ${JSON.stringify(base)}.`;
  const fresh = await domain.pool.query(
    'INSERT INTO "request_nonce" ("key_id", "nonce", "until") VALUES ($1, $2, to_timestamp($3)) ON CONFLICT DO NOTHING',
    [keyId, nonce, created + toleranceSeconds + slackSeconds],
  );
  return fresh.rowCount === 1 ? key : 'The nonce was used before: each request needs one of its own.';
}

type SealedSigningKey = Pick<ApiKey, 'id' | 'wrappedKey' | 'signingKey'>;

function signingKeyIn(domain: Partners, { id, wrappedKey, signingKey }: SealedSigningKey): Buffer {
  return Buffer.from(open(keyringOf(domain).unwrap(id, wrappedKey), signingKeyPlace(id), signingKey), 'hex');
}

const decoys = new WeakMap<Partners, SealedSigningKey>();

/** A key of nobody, against which signatures of unknown keys are checked. */
function decoyOf(domain: Partners): SealedSigningKey {
  const known = decoys.get(domain);
  if (known) return known;
  const id = 'nobody';
  const { key, wrapped } = keyringOf(domain).newDataKey(id);
  const signingKey = seal(key, signingKeyPlace(id), randomBytes(32).toString('hex'));
  const decoy = { id, wrappedKey: wrapped, signingKey };
  decoys.set(domain, decoy);
  return decoy;
}

interface ReadSignature {
  readonly keyId: string;
  readonly nonce: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** The same: from when on the signer itself wants the request refused. */
  readonly expires: number | undefined;
  readonly signature: Buffer;
  readonly base: string;
}

/** Reads the headers of a signature, and makes the text that was signed. Returns what is wrong with them, in words. */
function readSignature(request: SignedRequest): ReadSignature | string {
  const parts = readHeaders(request);
  if (typeof parts === 'string') return parts;
  const { input, signature } = parts;
  const [items, parameters] = input;
  const names = items.map(([name, of]) => (of.size === 0 ? name : undefined));
  if (names.length !== covered.length || covered.some((each) => !names.includes(each)))
    return `A signature covers exactly these: ${covered.map((each) => `"${each}"`).join(' ')}.`;
  const { created, expires, nonce, keyid, alg = 'hmac-sha256' } = Object.fromEntries(parameters);
  if (!isSeconds(created)) return '`created` must be whole seconds.';
  if (expires !== undefined && !isSeconds(expires)) return '`expires` must be whole seconds.';
  if (typeof nonce !== 'string' || nonce.length < 16 || nonce.length > 128)
    return '`nonce` must be a text of 16 to 128 characters.';
  if (typeof keyid !== 'string') return '`keyid` must be the public part of an API key.';
  if (alg !== 'hmac-sha256') return '`alg` must be "hmac-sha256".';
  const valueOf: Readonly<Record<string, string>> = {
    '@method': request.method,
    '@target-uri': request.targetUri,
    'content-digest': request.contentDigest,
  };
  const lines = names.map((name) => `"${String(name)}": ${valueOf[String(name)]}`);
  const base = [...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n');
  return { keyId: keyid, nonce, created, expires, signature, base };
}

const isSeconds = (value: unknown): value is number => Number.isInteger(value);

function readHeaders({ signatureInput, signature }: SignedRequest): { input: InnerList; signature: Buffer } | string {
  try {
    const [[label, input] = [], ...others] = parseDictionary(signatureInput);
    if (label === undefined || others.length > 0) return '`Signature-Input` must name one signature.';
    const bytes = parseDictionary(signature).get(label)?.[0];
    if (!input || !isInnerList(input) || !(bytes instanceof ArrayBuffer))
      return `\`Signature\` must have the bytes of ${label}, and \`Signature-Input\` what they cover.`;
    return { input, signature: Buffer.from(bytes) };
  } catch (error) {
    if (error instanceof ParseError) return '`Signature-Input` and `Signature` must be dictionaries of RFC 8941.';
    throw error;
  }
}

/** Drops nonces that no request can repeat any more, each minute until `signal` fires. */
export async function forgetNoncesEachMinute(
  { pool, clock }: Pick<Partners, 'pool' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pool.query('DELETE FROM "request_nonce" WHERE "until" < $1', [clock()]);
    await pause(60_000, signal);
  }
}
