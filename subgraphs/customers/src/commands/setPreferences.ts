import { isDeepStrictEqual } from 'node:util';
import { CustomerProfileChanged } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Customers } from '../context.ts';
import { openCustomer, sealPreferences, type Preferences } from '../customer.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export type SetPreferencesOutcome =
  { readonly kind: 'done'; readonly customerId: string } | { readonly kind: 'notRegistered' };

/** Replaces the customer's preferences. Setting what is set already appends no event. */
export async function setPreferences(
  domain: Customers,
  principal: Principal,
  preferences: Preferences,
): Promise<SetPreferencesOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  return domain.transaction(async (tx) => {
    const customer = await lockCustomer(domain, tx, customerId);
    if (!customer) return { kind: 'notRegistered' };
    const before = openCustomer(customer.key, customer.row).preferences;
    const fields = (['diets', 'avoidAllergens', 'marketingChannel', 'quietHours'] as const).filter(
      (field) => !isDeepStrictEqual(before[field], preferences[field]),
    );
    if (fields.length === 0) return { kind: 'done', customerId };
    await tx.customer.update({
      where: { id: customerId },
      data: sealPreferences(customer.key, customerId, preferences),
    });
    await domain.events.append(tx, null, [
      CustomerProfileChanged.of({ customerId, fields, at: domain.clock().toISOString() }),
    ]);
    return { kind: 'done', customerId };
  });
}
