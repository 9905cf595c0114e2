import { CustomerAddressVersioned } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { checkAddress, maxAddresses, type AddressContent, type AddressInput } from '../address.ts';
import type { Customers, Tx } from '../context.ts';
import { sealAddress } from '../customer.ts';
import { fingerprint } from '../fingerprint.ts';
import type { InputProblem } from '../inputChecks.ts';
import { lockCustomer, type LockedCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export interface AddAddress {
  readonly idempotencyKey: string;
  readonly address: AddressInput;
  readonly makeDefault?: boolean;
}

export type AddAddressOutcome =
  | { readonly kind: 'done'; readonly customerId: string; readonly addressId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'limitReached' | 'notRegistered' };

/** Adds an address with its first version. The first address of a customer becomes the default one. */
export async function addAddress(
  domain: Customers,
  principal: Principal,
  { idempotencyKey: key, ...input }: AddAddress,
): Promise<AddAddressOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const checked = checkAddress(input.address);
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    return idempotent<AddAddressOutcome>(
      tx,
      { principal, mutation: 'addAddress', key, body: fingerprint(domain, input), now },
      () => insert(domain, tx, customer, checked.value, input.makeDefault ?? false, now),
    );
  });
}

async function insert(
  domain: Customers,
  tx: Tx,
  { row, key }: LockedCustomer,
  content: AddressContent,
  makeDefault: boolean,
  now: Date,
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
    data: { id: addressVersionId, addressId, customerId, version: 1, ...sealAddress(key, content), createdAt: now },
  });
  if (makeDefault || row.defaultAddressId === null)
    await tx.customer.update({ where: { id: customerId }, data: { defaultAddressId: addressId } });
  await domain.events.append(tx, null, [
    CustomerAddressVersioned.of({ customerId, addressId, addressVersionId, at: now.toISOString() }),
  ]);
  return { kind: 'done', customerId, addressId };
}
