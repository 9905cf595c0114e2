import { isAdmin, type Principal } from '#platform/identity/principal.ts';
import { storesWith } from '#schema/storesWith.ts';
import type { Orders } from '../context.ts';
import { changeOrder, type ChangeOutcome } from './changeOrder.ts';

export type KitchenStep =
  | { readonly kind: 'start' | 'ready' | 'recall' }
  | { readonly kind: 'handOver' }
  | { readonly kind: 'reject'; readonly reason: string };

export interface KitchenRequest {
  readonly principal: Principal;
  readonly orderId: string;
  /**
   * A screen that was cut off sends its taps again. With a key each is carried out once, also when another screen has
   * recalled the order since, so that the same step could be taken again.
   */
  readonly idempotencyKey?: string | null;
}

/** Takes a step of kitchen work on an order of the caller's own store. Repeating a step appends no second event. */
export function kitchenWork(
  domain: Orders,
  { principal, orderId, idempotencyKey }: KitchenRequest,
  step: KitchenStep,
): Promise<ChangeOutcome> {
  const stores = storesWith(principal, 'kitchen:work');
  if (!isAdmin(principal) && stores.length === 0) return Promise.resolve({ kind: 'notFound' });
  const own = isAdmin(principal) ? {} : { storeId: { in: stores } };
  const once =
    idempotencyKey == null
      ? undefined
      : {
          principal,
          mutation: `kitchen.${step.kind}`,
          key: idempotencyKey,
          body: { orderId, ...step },
          now: domain.clock(),
        };
  return changeOrder(domain, orderId, { ...step, by: 'kitchen' }, { own, once });
}
