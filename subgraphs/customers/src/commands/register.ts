import { CustomerRegistered } from '#schema/events/customers.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { keyringOf } from '#platform/pii/domainKeyring.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { claimEmail } from '../claimEmail.ts';
import type { Customers, Tx } from '../context.ts';
import { sealPreferences, sealProfile } from '../customer.ts';
import { fingerprint } from '../fingerprint.ts';
import type { InputProblem } from '../inputChecks.ts';
import { customerOf } from '../ownership.ts';
import { checkProfile, type Profile, type ProfileInput } from '../profile.ts';

export type RegisterOutcome =
  | { readonly kind: 'done'; readonly customerId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | { readonly kind: 'alreadyRegistered' | 'notAllowed' };

export interface Register extends ProfileInput {
  readonly idempotencyKey: string;
}

/**
 * Creates the profile of the token's customer, encrypted with a data key of their own. It is possible once per
 * subject: a customer who was erased cannot register again.
 */
export async function register(
  domain: Customers,
  principal: Principal,
  { idempotencyKey: key, ...input }: Register,
): Promise<RegisterOutcome> {
  const customerId = customerOf(principal);
  if (!customerId) return { kind: 'notAllowed' };
  const now = domain.clock();
  const checked = checkProfile(input, now.toISOString().slice(0, 10));
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems };
  return domain.transaction((tx) =>
    idempotent<RegisterOutcome>(
      tx,
      { principal, mutation: 'register', key, body: fingerprint(domain, input), now },
      () => insert(domain, tx, customerId, checked.value, now),
    ),
  );
}

async function insert(
  domain: Customers,
  tx: Tx,
  customerId: string,
  profile: Profile,
  now: Date,
): Promise<RegisterOutcome> {
  if (await tx.customer.findUnique({ where: { id: customerId }, select: { id: true } }))
    return { kind: 'alreadyRegistered' };
  const keyring = keyringOf(domain);
  const { key, wrapped } = keyring.newDataKey(customerId);
  const { count } = await tx.customer.createMany({
    data: [
      {
        id: customerId,
        ...sealProfile(key, customerId, profile),
        ...sealPreferences(key, customerId, {
          diets: [],
          avoidAllergens: [],
          marketingChannel: 'NONE',
          quietHours: null,
        }),
        registeredAt: now,
      },
    ],
    skipDuplicates: true,
  });
  if (count === 0) return { kind: 'alreadyRegistered' };
  await tx.customerKey.create({ data: { customerId, wrapped } });
  await claimEmail(domain, tx, customerId, profile.email);
  await domain.events.append(tx, null, [CustomerRegistered.of({ customerId, at: now.toISOString() })]);
  return { kind: 'done', customerId };
}
