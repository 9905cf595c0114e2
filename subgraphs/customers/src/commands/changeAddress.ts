import { isDeepStrictEqual } from 'node:util';
import { CustomerAddressVersioned } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { checkAddress, type AddressContent, type AddressInput } from '../address.ts';
import type { Customers, Tx } from '../context.ts';
import { openAddress, sealAddress } from '../customer.ts';
import { fingerprint } from '../fingerprint.ts';
import type { InputProblem } from '../inputChecks.ts';
import { lockCustomer, type LockedCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export interface ChangeAddress {
  readonly idempotencyKey: string;
  readonly addressId: string;
  readonly address: AddressInput;
  readonly makeDefault?: boolean;
}

export type ChangeAddressOutcome =
  | { readonly kind: 'done'; readonly customerId: string; readonly addressId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'notFound' | 'notRegistered' };

/** Gives an address a new version, unless its content is already as asked. */
export async function changeAddress(
  domain: Customers,
  principal: Principal,
  { idempotencyKey: key, ...input }: ChangeAddress,
): Promise<ChangeAddressOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const checked = checkAddress(input.address);
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    return idempotent<ChangeAddressOutcome>(
      tx,
      { principal, mutation: 'changeAddress', key, body: fingerprint(domain, input), now },
      async () => {
        const outcome = await addVersion(domain, tx, customer, input.addressId, checked.value, now);
        if (outcome.kind === 'done' && input.makeDefault) {
          await tx.customer.update({ where: { id: customerId }, data: { defaultAddressId: input.addressId } });
        }
        return outcome;
      },
    );
  });
}

async function addVersion(
  domain: Customers,
  tx: Tx,
  { row: { id: customerId }, key }: LockedCustomer,
  addressId: string,
  content: AddressContent,
  now: Date,
): Promise<ChangeAddressOutcome> {
  const address = isId(addressId)
    ? await tx.address.findFirst({ where: { id: addressId, customerId, removedAt: null } })
    : null;
  if (!address) return { kind: 'notFound' };
  const current = await tx.addressVersion.findUniqueOrThrow({ where: { id: address.currentVersionId } });
  if (isDeepStrictEqual(openAddress(key, current), content)) return { kind: 'done', customerId, addressId };
  const addressVersionId = domain.newId();
  const version = address.version + 1;
  await tx.addressVersion.create({
    data: { id: addressVersionId, addressId, customerId, version, ...sealAddress(key, content), createdAt: now },
  });
  await tx.address.update({ where: { id: addressId }, data: { version, currentVersionId: addressVersionId } });
  await domain.events.append(tx, null, [
    CustomerAddressVersioned.of({ customerId, addressId, addressVersionId, at: now.toISOString() }),
  ]);
  return { kind: 'done', customerId, addressId };
}
