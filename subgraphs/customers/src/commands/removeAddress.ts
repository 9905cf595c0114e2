import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Customers } from '../context.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export type RemoveAddressOutcome =
  { readonly kind: 'done'; readonly customerId: string } | { readonly kind: 'notFound' | 'notRegistered' };

/**
 * Removes an address from the profile; its versions are kept for the orders that refer to them. When it was the
 * default address, the newest of the remaining ones becomes the default.
 */
export async function removeAddress(
  domain: Customers,
  principal: Principal,
  addressId: string,
): Promise<RemoveAddressOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  return domain.transaction(async (tx) => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    const address = isId(addressId) ? await tx.address.findFirst({ where: { id: addressId, customerId } }) : null;
    if (!address) return { kind: 'notFound' };
    if (address.removedAt) return { kind: 'done', customerId };
    await tx.address.update({ where: { id: addressId }, data: { removedAt: domain.clock() } });
    if (customer.row.defaultAddressId === addressId) {
      const next = await tx.address.findFirst({
        where: { customerId, removedAt: null },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      await tx.customer.update({ where: { id: customerId }, data: { defaultAddressId: next?.id ?? null } });
    }
    return { kind: 'done', customerId };
  });
}
