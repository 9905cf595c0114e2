import type { Membership, Plan } from '#generated/memberships/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Memberships, Tx } from '../context.ts';
import { lockLive } from '../record.ts';

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly membershipId: string }
  | { readonly kind: 'refused'; readonly membershipId: string; readonly message: string }
  | { readonly kind: 'notFound' };

export interface OwnMembership {
  readonly membership: Membership;
  readonly plan: Plan;
}

/** Changes a locked membership. It returns why not when its status does not allow the change. */
export type ChangeIt = (tx: Tx, own: OwnMembership) => Promise<{ readonly refused: string } | void>;

export interface ChangeRequest {
  readonly mutation: string;
  readonly key: string;
  readonly body: unknown;
}

/** Why a membership cannot be changed now: its money is being taken, so what it is worth is not known. */
export async function isBusy(tx: Tx, { membership }: OwnMembership): Promise<{ readonly refused: string } | undefined> {
  const open = await tx.charge.count({ where: { membershipId: membership.id, status: 'REQUESTED' } });
  const busy = open > 0 || membership.status === 'PENDING';
  return busy ? { refused: 'A payment for the membership is under way. Try again in a moment.' } : undefined;
}

/** Changes the caller's own membership, once per idempotency key. */
export const changeMembership = (
  domain: Memberships,
  principal: Principal,
  request: ChangeRequest,
  change: ChangeIt,
): Promise<ChangeOutcome> =>
  domain.transaction((tx) =>
    idempotent<ChangeOutcome>(tx, { principal, ...request, now: domain.clock() }, async () => {
      const own = await lockLive(tx, principal.subject);
      if (!own) return { kind: 'notFound' };
      const membershipId = own.membership.id;
      const refusal = await change(tx, own);
      return refusal ? { kind: 'refused', membershipId, message: refusal.refused } : { kind: 'done', membershipId };
    }),
  );
