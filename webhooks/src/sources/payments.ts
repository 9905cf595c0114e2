import { standardWebhooks } from '../signatures/standardWebhooks.ts';
import type { PayloadVersion, Source } from '../source.ts';
import { paymentNotice } from './paymentNotice.ts';
import { disputed, moved, paymentsBodies } from './paymentsBodies.ts';

const january: PayloadVersion = {
  read(body) {
    const { type, data, occurredAt } = paymentsBodies['2026-01'].parse(body);
    const orderId = data.merchantReference.toLowerCase();
    const [, status] = type.split('.');
    return 'disputeId' in data
      ? paymentNotice({ ...data, kind: 'dispute', orderId, status: disputed.parse(status), at: occurredAt })
      : paymentNotice({ kind: 'moved', orderId, status: moved.parse(status), refunded: data.refundedAmount });
  },
};

const june: PayloadVersion = {
  read(body) {
    const { payment, dispute: told, at } = paymentsBodies['2026-06'].parse(body);
    const orderId = payment.reference.toLowerCase();
    return told
      ? paymentNotice({ ...told, kind: 'dispute', orderId, disputeId: told.id, at })
      : paymentNotice({ kind: 'moved', orderId, status: payment.status, refunded: payment.amounts.refunded });
  },
};

/** The payment provider. */
export const payments: Source = {
  name: 'payments',
  keys: 'WEBHOOK_PAYMENTS_KEYS',
  signature: standardWebhooks,
  limits: { bytes: 64 * 1024, perMinute: 6_000, milliseconds: 5_000 },
  versionOf: ({ version }) => version,
  versions: { '2026-01': january, '2026-06': june },
};
