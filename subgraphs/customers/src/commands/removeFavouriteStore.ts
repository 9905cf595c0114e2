import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Customers } from '../context.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export type RemoveFavouriteStoreOutcome =
  { readonly kind: 'done'; readonly customerId: string } | { readonly kind: 'notRegistered' };

/** Removes a store from the customer's favourites. It succeeds for a store that is not a favourite, too. */
export async function removeFavouriteStore(
  domain: Customers,
  principal: Principal,
  storeId: string,
): Promise<RemoveFavouriteStoreOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  return domain.transaction(async (tx) => {
    if (!(await lockCustomer(domain, tx, customerId))) return { kind: 'notRegistered' };
    if (isId(storeId)) await tx.favouriteStore.deleteMany({ where: { customerId, storeId } });
    return { kind: 'done', customerId };
  });
}
