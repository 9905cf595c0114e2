import { Webhook } from 'standardwebhooks';
import { Forged, messageId, type SignatureScheme } from './signatureScheme.ts';

/**
 * Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC over
 * both and the body. The library refuses timestamps that are more than five minutes off.
 */
export const standardWebhooks: SignatureScheme = {
  verify({ headers, body }, keys) {
    const id = messageId(headers['webhook-id']);
    // The library reads a number from the beginning of the text and ignores the rest, which would not be signed.
    if (!/^\d{1,12}$/.test(one(headers['webhook-timestamp']))) throw new Forged('there is no timestamp');
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': one(headers['webhook-timestamp']),
      'webhook-signature': one(headers['webhook-signature']),
    };
    if (!keys.some((key) => isSignedBy(key, body, signed))) throw new Forged('no key has signed this now');
    return id;
  },
};

function isSignedBy(key: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(key).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

const one = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '');
