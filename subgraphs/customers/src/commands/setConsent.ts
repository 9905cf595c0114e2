import { CustomerConsentChanged } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { ConsentPurpose } from '../consent.ts';
import type { Customers } from '../context.ts';
import { lockCustomer } from '../lockCustomer.ts';
import { customerOf } from '../ownership.ts';

export type SetConsentOutcome =
  { readonly kind: 'done'; readonly customerId: string } | { readonly kind: 'notRegistered' };

/**
 * Records the customer's answer about a purpose. A first refusal is recorded, too; repeating the last answer is not.
 */
export async function setConsent(
  domain: Customers,
  principal: Principal,
  answer: { purpose: ConsentPurpose; granted: boolean },
): Promise<SetConsentOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notRegistered' };
  const { purpose, granted } = answer;
  return domain.transaction(async (tx) => {
    if (!(await lockCustomer(domain, tx, customerId))) return { kind: 'notRegistered' };
    const newest = await tx.consentChange.findFirst({
      where: { customerId, purpose },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
    });
    if (newest?.granted === granted) return { kind: 'done', customerId };
    const at = domain.clock();
    await tx.consentChange.create({
      data: { id: domain.newId(), customerId, purpose, granted, at, channel: principal.channel },
    });
    await domain.events.append(tx, null, [
      CustomerConsentChanged.of({ customerId, purpose, granted, at: at.toISOString() }),
    ]);
    return { kind: 'done', customerId };
  });
}
