import {
  DisputeNotice_Status,
  PaymentNoticeService,
  StatusNotice_Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { standardWebhooks } from '../signatures/standardWebhooks.ts';
import type { Notice, PayloadVersion, Source } from '../source.ts';
import { disputed, moved, paymentsBodies } from './paymentsBodies.ts';

const movedStatus = {
  authorised: StatusNotice_Status.AUTHORISED,
  declined: StatusNotice_Status.DECLINED,
  captured: StatusNotice_Status.CAPTURED,
  voided: StatusNotice_Status.VOIDED,
  refunded: StatusNotice_Status.REFUNDED,
} as const;
const disputeStatus = {
  open: DisputeNotice_Status.OPEN,
  won: DisputeNotice_Status.WON,
  lost: DisputeNotice_Status.LOST,
} as const;

/** What the payment provider tells, whichever version it is in. */
type Told =
  | {
      readonly kind: 'moved';
      readonly orderId: string;
      readonly status: keyof typeof movedStatus;
      readonly refunded: number;
    }
  | {
      readonly kind: 'dispute';
      readonly orderId: string;
      readonly disputeId: string;
      readonly status: keyof typeof disputeStatus;
      readonly amount: number;
      readonly reason: string;
      readonly at: string;
    };

/**
 * Money is never moved by what a webhook says: payments asks the provider itself what has become of the payment. So a
 * notice that is old or out of order does no harm.
 */
const noticeOf = (told: Told): Notice => ({
  object: `order:${told.orderId}`,
  command: (rpc) => {
    const payments = rpc.client(PaymentNoticeService);
    if (told.kind === 'moved')
      return payments.noteStatus({
        orderId: told.orderId,
        status: movedStatus[told.status],
        refunded: BigInt(told.refunded),
      });
    const { orderId, disputeId, amount, reason, at } = told;
    return payments.noteDispute({
      orderId,
      disputeId,
      status: disputeStatus[told.status],
      amount: BigInt(amount),
      reason,
      at,
    });
  },
});

const january: PayloadVersion = {
  read(body) {
    const { type, data, occurredAt } = paymentsBodies['2026-01'].parse(body);
    const orderId = data.merchantReference.toLowerCase();
    const [, status] = type.split('.');
    return 'disputeId' in data
      ? noticeOf({ ...data, kind: 'dispute', orderId, status: disputed.parse(status), at: occurredAt })
      : noticeOf({ kind: 'moved', orderId, status: moved.parse(status), refunded: data.refundedAmount });
  },
};

const june: PayloadVersion = {
  read(body) {
    const { payment, dispute: told, at } = paymentsBodies['2026-06'].parse(body);
    const orderId = payment.reference.toLowerCase();
    return told
      ? noticeOf({ ...told, kind: 'dispute', orderId, disputeId: told.id, at })
      : noticeOf({ kind: 'moved', orderId, status: payment.status, refunded: payment.amounts.refunded });
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
