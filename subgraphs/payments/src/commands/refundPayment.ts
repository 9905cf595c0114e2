import type { Principal } from '#platform/identity/principal.ts';
import type { Payments } from '../context.ts';
import { onStaffsWord, type StaffOutcome, type StaffsWord } from './onStaffsWord.ts';

/** Gives back what was captured for an order. */
export const refundPayment = (domain: Payments, principal: Principal, word: StaffsWord): Promise<StaffOutcome> =>
  onStaffsWord(domain, principal, word, { name: 'refundPayment', kind: 'REFUND', wanted: 'REFUNDED' });
