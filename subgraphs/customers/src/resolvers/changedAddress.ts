import type { Context } from '../context.ts';
import type { AddressView } from '../customer.ts';

/**
 * The address that a mutation added or changed. When the mutation is answered again under its idempotency key, the
 * address may have been removed since.
 */
export async function changedAddress({ domain }: Context, customerId: string, addressId: string): Promise<AddressView> {
  const { customer, ...address } = await domain.db.address.findUniqueOrThrow({
    where: { id: addressId, customerId },
    include: { customer: { select: { defaultAddressId: true } } },
  });
  return { ...address, isDefault: customer.defaultAddressId === addressId };
}
