import type { Membership } from '#generated/memberships/prisma/client.ts';
import type { ChangeOutcome } from '../commands/changeMembership.ts';
import type { Memberships } from '../context.ts';

type ChangeResult =
  | { readonly __typename: 'ChangeMembershipSuccess'; readonly membership: Membership }
  | { readonly __typename: 'MembershipChangeRefused'; readonly membership: Membership; readonly message: string }
  | { readonly __typename: 'MembershipNotFound'; readonly message: string };

/** The answer to a mutation that changes the caller's membership. */
export async function changeResult(domain: Memberships, outcome: ChangeOutcome): Promise<ChangeResult> {
  if (outcome.kind === 'notFound')
    return { __typename: 'MembershipNotFound', message: 'You have no membership. Subscribe to one first.' };
  const membership = await domain.db.membership.findUniqueOrThrow({ where: { id: outcome.membershipId } });
  return outcome.kind === 'done'
    ? { __typename: 'ChangeMembershipSuccess', membership }
    : { __typename: 'MembershipChangeRefused', message: outcome.message, membership };
}
