import { onEvent } from '#platform/events/onEvent.ts';
import { CustomerErased } from '#schema/events/customers.ts';
import { cancelNow } from '../commands/cancelMembership.ts';
import { isBusy } from '../commands/changeMembership.ts';
import type { Memberships, Tx } from '../context.ts';
import { lockLive, record } from '../record.ts';

interface Heard {
  readonly domain: Memberships;
  readonly tx: Tx;
}

/**
 * Whoever is erased is not charged any more. What is not used of the period is paid back, and the card's token goes;
 * while money is being taken, the membership ends with the period instead.
 */
export const onCustomerErased = onEvent(
  CustomerErased,
  'memberships.customerErased',
  async ({ data: { customerId } }, { domain, tx }: Heard) => {
    const own = await lockLive(tx, customerId);
    if (!own) return;
    if (!(await isBusy(tx, own))) return cancelNow(domain, tx, own, 'ERASED');
    if (own.membership.reason !== 'ERASED')
      await record(domain, tx, own, {
        what: 'CANCELLATION_ASKED',
        reason: 'ERASED',
        set: { cancelAtEnd: true, reason: 'ERASED' },
      });
  },
);
