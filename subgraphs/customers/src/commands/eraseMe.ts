import type { Principal } from '#platform/identity/principal.ts';
import type { Customers } from '../context.ts';
import { eraseCustomer } from '../eraseCustomer.ts';
import { customerOf } from '../ownership.ts';

export type EraseMeOutcome = { readonly kind: 'done'; readonly erasedAt: Date } | { readonly kind: 'notRegistered' };

/** Erases the calling customer for good: see `eraseCustomer`. */
export async function eraseMe(domain: Customers, principal: Principal): Promise<EraseMeOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  return domain.transaction(async (tx) => {
    const erasedAt = await eraseCustomer(domain, tx, customerId);
    return erasedAt ? { kind: 'done', erasedAt } : { kind: 'notRegistered' };
  });
}
