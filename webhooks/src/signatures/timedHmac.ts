import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Forged, messageId, type SignatureScheme } from './signatureScheme.ts';

const toleranceSeconds = 300;
const form = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,5})$/;

/**
 * How the big payment providers sign: a header `t=<seconds>,v1=<hex>`, where `v1` is an HMAC-SHA256 over the time, a
 * point and the body. A sender that rotates its secret adds a `v1` for each. The message's id stands in the body, as
 * `id`; a body without one is known by its digest.
 */
export const timedHmac = (header: string): SignatureScheme => ({
  verify({ headers, body }, keys) {
    const given = headers[header];
    const [, seconds = '', signatures = ''] = form.exec(typeof given === 'string' ? given : '') ?? [];
    if (seconds === '') throw new Forged('there is no signature');
    if (Math.abs(Date.now() / 1_000 - Number(seconds)) > toleranceSeconds) throw new Forged('not signed now');
    const found = signatures
      .slice(1)
      .split(',')
      .map((each) => Buffer.from(each.slice(3), 'hex'));
    const right = keys.map((key) => createHmac('sha256', key).update(`${seconds}.${body}`).digest());
    if (!right.some((digest) => found.some((each) => timingSafeEqual(each, digest))))
      throw new Forged('no key has signed this');
    return messageId(idIn(body) ?? `sha256-${createHash('sha256').update(body).digest('hex')}`);
  },
});

function idIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}
