import type { MutationResolvers } from '#generated/payments/resolvers.ts';
import { capturePayment as command } from '../../commands/capturePayment.ts';
import { staffResult } from '../staffResult.ts';

export const capturePayment: MutationResolvers['capturePayment'] = async (_parent, { input }, { domain, principal }) =>
  staffResult(await command(domain, principal, input), own);

const adviceOn = (reason: string): string =>
  reason === 'not_due'
    ? 'The order takes the money by itself when the food is ready. Wait for that.'
    : `The payment cannot be taken (${reason}). Try again later with a new key, or have the guest pay by another way.`;

const own = { success: 'CapturePaymentSuccess', refused: 'PaymentNotCapturable', adviceOn } as const;
