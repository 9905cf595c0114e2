import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { actingSubject } from '#platform/identity/revocations.ts';
import { isId } from '#platform/domain/id.ts';
import type { Customers } from '../context.ts';
import { endAccess } from '../endAccess.ts';

/** Ends the sessions in which the caller acts for a customer. @returns when, or undefined if there was none */
export async function endSupportSession(
  domain: Customers,
  principal: Principal,
  customerId: string,
): Promise<string | undefined> {
  if (!isId(customerId)) return undefined;
  return domain.transaction(async (tx) => {
    const now = domain.clock();
    const { count } = await tx.supportAction.updateMany({
      where: { customerId, kind: 'SESSION', actor: actorOf(principal), endsAt: { gt: now } },
      data: { endsAt: now },
    });
    if (count === 0) return undefined;
    await endAccess(domain, tx, actingSubject(principal.subject, customerId));
    return now.toISOString();
  });
}
