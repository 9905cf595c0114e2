import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ParseError, parseDictionary } from 'structured-headers';
import type { AppCredential } from '../../access/apps/appAccess.ts';
import { Refusal } from '../../errors/refusal.ts';
import { decodeBody, readBytes } from './body.ts';

const apiKeyScheme = /^apikey (?<key>\S+)$/i;

const oneHeader = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(', ') : value) ?? '';
};

/** Whether a program sends the request, with an API key or signed with one, and not a person with a token. */
export const isOfApp = ({ headers }: IncomingMessage): boolean =>
  headers['signature-input'] !== undefined || /^apikey\b/i.test(headers.authorization ?? '');

/**
 * Reads who sends a request of an app. `baseUrl` is the address by which apps call, if it is not the one that the
 * request's `Host` tells; `address` the one from which it comes.
 * @throws Refusal 401 for a header that cannot be read
 */
export function credentialOf(request: IncomingMessage, baseUrl: string | undefined, address: string): AppCredential {
  if (request.headers['signature-input'] === undefined) {
    const apiKey = apiKeyScheme.exec(request.headers.authorization ?? '')?.groups?.['key'];
    if (apiKey === undefined)
      throw Refusal.of(401, 'UNAUTHENTICATED', 'Send the API key as `Authorization: ApiKey drb_…`.');
    return { apiKey, address };
  }
  const scheme = (request.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
  const base = baseUrl ?? `${scheme}://${request.headers.host ?? ''}`;
  return {
    signed: {
      method: request.method ?? '',
      targetUri: `${base.replace(/\/$/, '')}${request.url ?? ''}`,
      contentDigest: oneHeader(request, 'content-digest'),
      signatureInput: oneHeader(request, 'signature-input'),
      signature: oneHeader(request, 'signature'),
    },
    address,
  };
}

/**
 * Reads the body of an app's request as text. Of a signed one it has to be the body that was signed.
 * @throws Refusal 413, 415, or 400 for another body
 */
export async function readAppBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  checkDigest(request, bytes);
  return decodeBody(bytes, request.headers['content-encoding'], maxBytes);
}

/**
 * Checks that the body of a request is the one that was signed, by its digest (RFC 9530); of a request that is not
 * signed it may be any. @throws Refusal 400
 */
export function checkDigest(request: IncomingMessage, body: Buffer): void {
  if (request.headers['signature-input'] === undefined) return;
  const told = digestIn(oneHeader(request, 'content-digest'));
  if (!told) throw Refusal.of(400, 'BAD_REQUEST', '`Content-Digest` must have a `sha-256` (RFC 9530).');
  if (!createHash('sha256').update(body).digest().equals(told))
    throw Refusal.of(400, 'BAD_REQUEST', 'The body is not the one of `Content-Digest`: sign the bytes that you send.');
}

function digestIn(contentDigest: string): Buffer | undefined {
  try {
    const value = parseDictionary(contentDigest).get('sha-256')?.[0];
    return value instanceof ArrayBuffer ? Buffer.from(value) : undefined;
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}
