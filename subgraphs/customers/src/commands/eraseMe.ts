import { CustomerErased } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Customers } from '../context.ts';
import { endAccess } from '../endAccess.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export type EraseMeOutcome = { readonly kind: 'done'; readonly erasedAt: Date } | { readonly kind: 'notRegistered' };

/**
 * Erases a customer: deletes their data key, so that their encrypted fields can never be decrypted again; deletes
 * their favourites and what a search finds them by; and revokes their access as `signOutEverywhere` does. Rows and
 * the history of consent are kept under an id that names nobody.
 */
export async function eraseMe(domain: Customers, principal: Principal): Promise<EraseMeOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  return domain.transaction(async (tx) => {
    if (!(await lockCustomer(domain, tx, customerId))) return { kind: 'notRegistered' };
    const erasedAt = domain.clock();
    await tx.customerKey.delete({ where: { customerId } });
    await tx.favouriteStore.deleteMany({ where: { customerId } });
    await tx.customer.update({
      where: { id: customerId },
      data: { emailIndex: null, defaultAddressId: null, erasedAt },
    });
    await domain.events.append(tx, null, [CustomerErased.of({ customerId, at: erasedAt.toISOString() })]);
    await endAccess(domain, tx, customerId);
    return { kind: 'done', erasedAt };
  });
}
