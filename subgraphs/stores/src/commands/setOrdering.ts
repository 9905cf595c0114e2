import { StoreOrderingChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Stores } from '../context.ts';
import { mayManage } from '../ownership.ts';
import type { StoreRow } from '../store.ts';

export type SetOrderingOutcome = { readonly kind: 'done'; readonly store: StoreRow } | { readonly kind: 'notFound' };

/**
 * Pauses ordering at a store when a reason is given, resumes it when the reason is null. Repeating it appends no
 * second event.
 */
export async function setOrdering(
  domain: Stores,
  principal: Principal,
  storeId: string,
  pauseReason: string | null,
): Promise<SetOrderingOutcome> {
  if (!mayManage(principal, storeId)) return { kind: 'notFound' };
  const accepting = pauseReason === null;
  return domain.transaction(async (tx) => {
    const [locked] = await tx.$queryRaw<
      { accepting: boolean }[]
    >`SELECT accepting FROM store WHERE id = ${storeId}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'notFound' };
    const store = await tx.store.update({
      where: { id: storeId },
      data: { accepting, pauseReason, version: { increment: 1 } },
      include: { exceptions: true },
    });
    if (locked.accepting !== accepting) {
      await domain.events.append(tx, null, [
        StoreOrderingChanged.of({ storeId, accepting, reason: pauseReason, at: domain.clock().toISOString() }),
      ]);
    }
    return { kind: 'done', store };
  });
}
