import type { MutationResolvers } from '#generated/payments/resolvers.ts';
import { refundPayment as command } from '../../commands/refundPayment.ts';

export const refundPayment: MutationResolvers['refundPayment'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'RefundPaymentSuccess', payment: outcome.payment };
    case 'notFound':
      return {
        __typename: 'PaymentNotFound',
        message: 'No order whose payment you manage has this id. Check it.',
      };
    case 'refused':
      return { __typename: 'PaymentNotRefundable', payment: outcome.payment, message: adviceOn(outcome.reason) };
    case 'providerUnavailable':
      return {
        __typename: 'PaymentProviderUnavailable',
        message: 'The payment provider does not answer. Try again in a minute with the same idempotency key.',
      };
    default:
      return outcome satisfies never;
  }
};

const adviceOn = (reason: string): string =>
  reason === 'not_captured'
    ? 'Nothing was captured for this order. Cancel the order: that releases what is authorised.'
    : `The payment provider refused the refund (${reason}). Pay the money back in another way, or ask the provider.`;
