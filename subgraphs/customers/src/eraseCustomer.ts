import { CustomerErased } from '#schema/events/customers.ts';
import type { Customers, Tx } from './context.ts';
import { endAccess } from './endAccess.ts';
import { lockCustomer } from './lockCustomer.ts';

/**
 * Erases a customer within the caller's transaction: deletes their data key, so that their encrypted fields can never
 * be decrypted again; deletes their favourites and what a search finds them by; and revokes their access as
 * `signOutEverywhere` does. Rows and the history of consent are kept under an id that names nobody.
 * @returns when it was done; undefined for a customer who is not registered or was erased before
 */
export async function eraseCustomer(domain: Customers, tx: Tx, customerId: string): Promise<Date | undefined> {
  if (!(await lockCustomer(domain, tx, customerId))) return undefined;
  const erasedAt = domain.clock();
  await tx.customerKey.delete({ where: { customerId } });
  await tx.favouriteStore.deleteMany({ where: { customerId } });
  await tx.customer.update({
    where: { id: customerId },
    data: { emailIndex: null, defaultAddressId: null, erasedAt },
  });
  await domain.events.append(tx, null, [CustomerErased.of({ customerId, at: erasedAt.toISOString() })]);
  await endAccess(domain, tx, customerId);
  return erasedAt;
}
