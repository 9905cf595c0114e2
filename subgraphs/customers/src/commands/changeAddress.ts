import { isDeepStrictEqual } from 'node:util';
import { CustomerAddressVersioned } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import type { Customers } from '../context.ts';
import { openAddress, sealAddress } from '../customer.ts';
import { editAddress, type AddressEdit, type AddressEditRefusal, type AddressWork } from './editAddress.ts';

export interface ChangeAddress extends AddressEdit {
  readonly addressId: string;
}

export type ChangeAddressOutcome =
  | { readonly kind: 'done'; readonly customerId: string; readonly addressId: string }
  | { readonly kind: 'notFound' }
  | AddressEditRefusal;

/** Gives an address a new version, unless its content is already as asked. */
export const changeAddress = (
  domain: Customers,
  principal: Principal,
  edit: ChangeAddress,
): Promise<ChangeAddressOutcome> =>
  editAddress<ChangeAddressOutcome>(domain, principal, 'changeAddress', edit, async (work) => {
    const outcome = await addVersion(domain, work, edit.addressId);
    if (outcome.kind === 'done' && edit.makeDefault) {
      const { customerId: id, addressId: defaultAddressId } = outcome;
      await work.tx.customer.update({ where: { id }, data: { defaultAddressId } });
    }
    return outcome;
  });

async function addVersion(
  domain: Customers,
  { tx, customer, content, now }: AddressWork,
  addressId: string,
): Promise<ChangeAddressOutcome> {
  const {
    key,
    row: { id: customerId },
  } = customer;
  const address = isId(addressId)
    ? await tx.address.findFirst({ where: { id: addressId, customerId, removedAt: null } })
    : null;
  if (!address) return { kind: 'notFound' };
  const current = await tx.addressVersion.findUniqueOrThrow({ where: { id: address.currentVersionId } });
  if (isDeepStrictEqual(openAddress(key, current), content)) return { kind: 'done', customerId, addressId };
  const addressVersionId = domain.newId();
  const version = address.version + 1;
  await tx.addressVersion.create({
    data: {
      id: addressVersionId,
      addressId,
      customerId,
      version,
      ...sealAddress(key, addressVersionId, content),
      createdAt: now,
    },
  });
  await tx.address.update({ where: { id: addressId }, data: { version, currentVersionId: addressVersionId } });
  await domain.events.append(tx, null, [
    CustomerAddressVersioned.of({ customerId, addressId, addressVersionId, at: now.toISOString() }),
  ]);
  return { kind: 'done', customerId, addressId };
}
