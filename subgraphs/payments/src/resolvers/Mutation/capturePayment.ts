import type { MutationResolvers } from '#generated/payments/resolvers.ts';
import { capturePayment as command } from '../../commands/capturePayment.ts';

export const capturePayment: MutationResolvers['capturePayment'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await command(domain, principal, input);
  switch (outcome.kind) {
    case 'done':
      return { __typename: 'CapturePaymentSuccess', payment: outcome.payment };
    case 'notFound':
      return {
        __typename: 'PaymentNotFound',
        message: 'There is no payment for this order among those you manage. Check the id.',
      };
    case 'refused':
      return { __typename: 'PaymentNotCapturable', payment: outcome.payment, message: adviceOn(outcome.reason) };
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
  reason === 'not_due'
    ? 'The order takes the money by itself when the food is ready. Wait for that.'
    : `The payment cannot be taken (${reason}). Try again later with a new key, or have the guest pay by another way.`;
