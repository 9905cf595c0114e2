import type { LedgerEntry } from './ledger.ts';

const statusOf = {
  authorisation: 'authorised',
  decline: 'declined',
  capture: 'captured',
  void: 'voided',
  refund: 'refunded',
} as const;

/**
 * What the merchant is told of a line of the ledger; null for a line that nobody is told of. Notices are not in order
 * and may overtake the answer of the request that caused them.
 * @param refunded the sum of the refunds of its authorisation
 */
export function noticeOf(entry: LedgerEntry, refunded: number): object | null {
  const { kind, merchantReference, at: occurredAt } = entry;
  if (kind === 'refusal' || kind === 'payout') return null;
  const version = '2026-01';
  if (kind === 'dispute')
    return {
      version,
      type: 'dispute.open',
      occurredAt,
      data: { merchantReference, disputeId: entry.id, amount: entry.amount, reason: entry.reason },
    };
  return {
    version,
    type: `payment.${statusOf[kind]}`,
    occurredAt,
    data: { merchantReference, amount: entry.amount, currency: entry.currency, refundedAmount: refunded },
  };
}
