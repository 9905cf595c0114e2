import { CustomerProfileChanged } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import type { Customers } from '../context.ts';
import { openProfile, sealProfile } from '../customer.ts';
import type { InputProblem } from '../inputChecks.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';
import { changeProfile, normaliseEmail, type ProfileInput } from '../profile.ts';

export type UpdateProfileOutcome =
  | { readonly kind: 'done'; readonly customerId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'emailTaken' | 'notRegistered' };

const isUniqueViolation = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'P2002';

/** Lays changes over one's own profile. Setting what is set already is no event. */
export async function updateProfile(domain: Customers, principal: Principal, changes: ProfileInput): Promise<UpdateProfileOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const now = domain.clock();
  try {
    return await domain.transaction<UpdateProfileOutcome>(async (tx) => {
      const customer = await lockCustomer(domain, tx, customerId);
      if (!customer) return { kind: 'notRegistered' };
      const checked = changeProfile(openProfile(customer.key, customer.row), changes, now.toISOString().slice(0, 10));
      if (!checked.ok) return { kind: 'invalid', problems: checked.problems };
      const { profile, changed } = checked.value;
      if (changed.length === 0) return { kind: 'done', customerId };
      const emailIndex = keyringOf(domain).blindIndex('email', normaliseEmail(profile.email));
      await tx.customer.update({ where: { id: customerId }, data: { ...sealProfile(customer.key, profile), emailIndex } });
      await domain.events.append(tx, null, [CustomerProfileChanged.of({ customerId, fields: changed, at: now.toISOString() })]);
      return { kind: 'done', customerId };
    });
  } catch (error) {
    // The e-mail's index is the only other unique column; two who take one address at once are told apart here.
    if (isUniqueViolation(error)) return { kind: 'emailTaken' };
    throw error;
  }
}
