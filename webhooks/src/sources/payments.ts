import { z } from 'zod';
import {
  DisputeNotice_Status,
  PaymentNoticeService,
  StatusNotice_Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import { standardWebhooks } from '../signatures/standardWebhooks.ts';
import type { Notice, PayloadVersion, Source } from '../source.ts';

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

const id = z.uuid().transform((value) => value.toLowerCase());
const minor = z.int().min(0).max(2_147_483_647);
const code = z.string().regex(/^[a-z_]{1,60}$/);
const providersId = z.string().regex(/^\w{1,80}$/);
/** An instant as databases know them: they have no year 0. */
const instant = z.iso.datetime().refine((text) => text >= '0001');

const moved = z.enum(['authorised', 'declined', 'captured', 'voided', 'refunded']);
const disputed = z.enum(['open', 'won', 'lost']);
const dispute = { disputeId: providersId, amount: minor, reason: code };

/** The first version: `type` says what has happened, such as `payment.captured`, and `data` the rest. */
const january: PayloadVersion = {
  read(body) {
    const { type, data, occurredAt } = z
      .union([
        z.object({
          type: z.templateLiteral(['payment.', moved]),
          occurredAt: instant,
          data: z.object({ merchantReference: id, refundedAmount: minor.default(0) }),
        }),
        z.object({
          type: z.templateLiteral(['dispute.', disputed]),
          occurredAt: instant,
          data: z.object({ merchantReference: id, ...dispute }),
        }),
      ])
      .parse(body);
    const orderId = data.merchantReference;
    const [, status] = type.split('.');
    return 'disputeId' in data
      ? noticeOf({ ...data, kind: 'dispute', orderId, status: disputed.parse(status), at: occurredAt })
      : noticeOf({ kind: 'moved', orderId, status: moved.parse(status), refunded: data.refundedAmount });
  },
};

/** The second version: what it is about comes first, and all amounts are together. */
const june: PayloadVersion = {
  read(body) {
    const {
      payment,
      dispute: told,
      at,
    } = z
      .object({
        at: instant,
        payment: z.object({ reference: id, status: moved, amounts: z.object({ refunded: minor }) }),
        dispute: z.object({ id: providersId, status: disputed, amount: minor, reason: code }).optional(),
      })
      .parse(body);
    const orderId = payment.reference;
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
