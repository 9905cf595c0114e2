import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Customers } from '../context.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

/** How many favourites a customer may have. */
export const maxFavourites = 100;

export type AddFavouriteStoreOutcome =
  | { readonly kind: 'done'; readonly customerId: string }
  | { readonly kind: 'storeNotFound' | 'limitReached' | 'notRegistered' };

/** Adds a store to the customer's favourites, once. The stores domain is asked whether the store exists. */
export async function addFavouriteStore(
  domain: Customers,
  principal: Principal,
  storeId: string,
): Promise<AddFavouriteStoreOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const now = domain.clock();
  // The stores domain is asked before the transaction, which must not wait for another domain while it holds a lock.
  if (
    !isId(storeId) ||
    !(await domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at: now.toISOString() })).found
  ) {
    return { kind: 'storeNotFound' };
  }
  return domain.transaction(async (tx) => {
    if (!(await lockCustomer(domain, tx, customerId))) return { kind: 'notRegistered' };
    const favourites = await tx.favouriteStore.findMany({ where: { customerId }, select: { storeId: true } });
    if (favourites.some((each) => each.storeId === storeId)) return { kind: 'done', customerId };
    if (favourites.length >= maxFavourites) return { kind: 'limitReached' };
    await tx.favouriteStore.create({ data: { customerId, storeId, addedAt: now } });
    return { kind: 'done', customerId };
  });
}
