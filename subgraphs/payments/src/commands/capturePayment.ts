import type { Principal } from '#platform/identity/principal.ts';
import type { Payments } from '../context.ts';
import { onStaffsWord, type StaffOutcome, type StaffsWord } from './onStaffsWord.ts';

/**
 * Takes what the provider has refused to pay out before. Only then: until the order itself has asked for the money, it
 * may still end without costing anything.
 */
export const capturePayment = (domain: Payments, principal: Principal, word: StaffsWord): Promise<StaffOutcome> =>
  onStaffsWord(
    domain,
    principal,
    word,
    { name: 'capturePayment', kind: 'CAPTURE', wanted: 'CAPTURED' },
    async ({ orderId, status }) => {
      if (status === 'CAPTURED') return undefined;
      const refusals = await domain.db.paymentCommand.count({
        where: { orderId, kind: 'CAPTURE', outcome: 'REFUSED' },
      });
      return refusals === 0 ? 'not_due' : undefined;
    },
  );
