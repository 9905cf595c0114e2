import type { MutationResolvers } from '#generated/payments/resolvers.ts';
import { refundPayment as command } from '../../commands/refundPayment.ts';
import { staffResult } from '../staffResult.ts';

export const refundPayment: MutationResolvers['refundPayment'] = async (_parent, { input }, { domain, principal }) =>
  staffResult(await command(domain, principal, input), own);

const adviceOn = (reason: string): string =>
  reason === 'not_captured'
    ? 'Nothing was captured for this order. Cancel the order: that releases what is authorised.'
    : reason === 'more_than_left'
      ? 'This is more than is left of the payment: `captured` less `refunded`. Pay back less, or leave `amount` out.'
      : `The payment provider refused the refund (${reason}). Pay the money back in another way, or ask the provider.`;

const own = { success: 'RefundPaymentSuccess', refused: 'PaymentNotRefundable', adviceOn } as const;
