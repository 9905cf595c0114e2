import type { Principal } from '#platform/identity/principal.ts';
import type { Payments } from '../context.ts';
import { onStaffsWord, type StaffOutcome, type StaffsWord } from './onStaffsWord.ts';

/**
 * Pays back what was captured for an order, or a part of it, when a member of staff asks for it. The same key of the
 * same principal gets the same answer.
 */
export const refundPayment = (domain: Payments, principal: Principal, word: StaffsWord): Promise<StaffOutcome> =>
  onStaffsWord(domain, principal, word, { name: 'refundPayment', kind: 'REFUND', wanted: 'REFUNDED' });
