import {
  DisputeNotice_Status,
  PaymentNoticeService,
  StatusNotice_Status,
} from '#generated/proto/drburger/payments/v1/payments_pb.ts';
import type { Notice } from '../source.ts';

const movedStatus = {
  challenged: StatusNotice_Status.CHALLENGED,
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

/** What a payment provider tells, whoever it is and whichever version it is in. */
export type Told =
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
export const paymentNotice = (told: Told): Notice => ({
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
