import type { Membership } from '#generated/memberships/prisma/client.ts';
import type { OwnMembership } from './commands/changeMembership.ts';
import type { Memberships, Tx } from './context.ts';
import { record } from './record.ts';

/** Ends a locked membership: its benefits, and the card's token, which is needed no more. */
export const endMembership = (
  domain: Memberships,
  tx: Tx,
  own: OwnMembership,
  reason: 'CANCELLED' | 'UNPAID' | 'ERASED',
): Promise<Membership> =>
  record(domain, tx, own, {
    what: 'ENDED',
    reason,
    set: { status: 'ENDED', reason, endedAt: domain.clock(), dueAt: null, methodToken: null },
  });
