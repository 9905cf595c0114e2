import { CustomerAddressVersioned } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { maxAddresses } from '../address.ts';
import type { Customers } from '../context.ts';
import { sealAddress } from '../customer.ts';
import { editAddress, type AddressEdit, type AddressEditRefusal, type AddressWork } from './editAddress.ts';

export type AddAddressOutcome =
  | { readonly kind: 'done'; readonly customerId: string; readonly addressId: string }
  | { readonly kind: 'limitReached' }
  | AddressEditRefusal;

/** Adds an address with its first version. The first address of a customer becomes the default one. */
export const addAddress = (domain: Customers, principal: Principal, edit: AddressEdit): Promise<AddAddressOutcome> =>
  editAddress<AddAddressOutcome>(domain, principal, 'addAddress', edit, (work) =>
    insert(domain, work, edit.makeDefault ?? false),
  );

async function insert(
  domain: Customers,
  { tx, customer: { row, key }, content, now }: AddressWork,
  makeDefault: boolean,
): Promise<AddAddressOutcome> {
  const customerId = row.id;
  if ((await tx.address.count({ where: { customerId, removedAt: null } })) >= maxAddresses)
    return { kind: 'limitReached' };
  const addressId = domain.newId();
  const addressVersionId = domain.newId();
  await tx.address.create({
    data: { id: addressId, customerId, version: 1, currentVersionId: addressVersionId, createdAt: now },
  });
  await tx.addressVersion.create({
    data: {
      id: addressVersionId,
      addressId,
      customerId,
      version: 1,
      ...sealAddress(key, addressVersionId, content),
      createdAt: now,
    },
  });
  if (makeDefault || row.defaultAddressId === null)
    await tx.customer.update({ where: { id: customerId }, data: { defaultAddressId: addressId } });
  await domain.events.append(tx, null, [
    CustomerAddressVersioned.of({ customerId, addressId, addressVersionId, at: now.toISOString() }),
  ]);
  return { kind: 'done', customerId, addressId };
}
