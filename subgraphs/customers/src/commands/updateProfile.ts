import { CustomerProfileChanged } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { claimEmail } from '../claimEmail.ts';
import type { Customers } from '../context.ts';
import { openProfile, sealProfile } from '../customer.ts';
import type { InputProblem } from '../inputChecks.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';
import { changeProfile, type ProfileInput } from '../profile.ts';

export type UpdateProfileOutcome =
  | { readonly kind: 'done'; readonly customerId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'notRegistered' };

/** Applies changes to the caller's own profile. Setting what is set already appends no event. */
export async function updateProfile(
  domain: Customers,
  principal: Principal,
  changes: ProfileInput,
): Promise<UpdateProfileOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const now = domain.clock();
  return domain.transaction<UpdateProfileOutcome>(async (tx) => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    const checked = changeProfile(openProfile(customer.key, customer.row), changes, now.toISOString().slice(0, 10));
    if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems };
    const { profile, changed } = checked.value;
    if (changed.length === 0) return { kind: 'done', customerId };
    await tx.customer.update({ where: { id: customerId }, data: sealProfile(customer.key, customerId, profile) });
    if (changed.includes('email')) await claimEmail(domain, tx, customerId, profile.email);
    await domain.events.append(tx, null, [
      CustomerProfileChanged.of({ customerId, fields: changed, at: now.toISOString() }),
    ]);
    return { kind: 'done', customerId };
  });
}
