import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { checkAddress, type AddressContent, type AddressInput } from '../address.ts';
import type { Customers, Tx } from '../context.ts';
import { fingerprint } from '../fingerprint.ts';
import type { InputProblem } from '../inputChecks.ts';
import { lockCustomer, type LockedCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

/** What every edit of an address says. */
export interface AddressEdit {
  readonly idempotencyKey: string;
  readonly address: AddressInput;
  readonly makeDefault?: boolean;
}

/** Why an edit was refused before it was looked at which address it is about. */
export type AddressEditRefusal =
  { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] } | { readonly kind: 'notRegistered' };

export interface AddressWork {
  readonly tx: Tx;
  readonly customer: LockedCustomer;
  readonly content: AddressContent;
  readonly now: Date;
}

/**
 * Carries out an edit of an address of the customer who asks: checks the address, locks the customer, and does `work`
 * once per idempotency key, all in one transaction.
 */
export async function editAddress<Outcome>(
  domain: Customers,
  principal: Principal,
  mutation: string,
  { idempotencyKey: key, ...input }: AddressEdit,
  work: (parts: AddressWork) => Promise<Outcome>,
): Promise<Outcome | AddressEditRefusal> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const checked = checkAddress(input.address);
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems };
  const now = domain.clock();
  return domain.transaction(async (tx): Promise<Outcome | AddressEditRefusal> => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    return idempotent<Outcome>(tx, { principal, mutation, key, body: fingerprint(domain, input), now }, () =>
      work({ tx, customer, content: checked.value, now }),
    );
  });
}
