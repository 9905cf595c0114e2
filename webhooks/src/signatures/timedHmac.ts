import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Forged, messageId, type SignatureScheme } from './signatureScheme.ts';

const toleranceSeconds = 300;
const mostSignatures = 5;

/**
 * How the big payment providers sign: a header `t=<seconds>,v1=<hex>`, where `v1` is an HMAC-SHA256 over the time, a
 * point and the body. A sender that rotates its secret adds a `v1` for each. What else stands there is passed over, and
 * never believed: so a provider can add a scheme that we do not know yet. The message's id stands in the body, as `id`;
 * a body without one is known by its digest.
 */
export const timedHmac = (header: string): SignatureScheme => ({
  verify({ headers, body }, keys) {
    const given = headers[header];
    const parts = (typeof given === 'string' ? given : '').split(',').map((part) => part.trim());
    const [seconds = '', ...others] = valuesOf(parts, /^t=(\d{1,12})$/);
    const signatures = valuesOf(parts, /^v1=([0-9a-f]{64})$/);
    if (seconds === '' || others.length > 0) throw new Forged('there is no time, or more than one');
    if (signatures.length === 0 || signatures.length > mostSignatures) throw new Forged('there is no signature');
    if (Math.abs(Date.now() / 1_000 - Number(seconds)) > toleranceSeconds) throw new Forged('not signed now');
    const found = signatures.map((each) => Buffer.from(each, 'hex'));
    const right = keys.map((key) => createHmac('sha256', key).update(`${seconds}.${body}`).digest());
    if (!right.some((digest) => found.some((each) => timingSafeEqual(each, digest))))
      throw new Forged('no key has signed this');
    return messageId(idIn(body) ?? `sha256-${createHash('sha256').update(body).digest('hex')}`);
  },
});

const valuesOf = (parts: readonly string[], form: RegExp): string[] =>
  parts.flatMap((part) => form.exec(part)?.[1] ?? []);

function idIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}
