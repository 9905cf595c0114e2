import type { Principal } from '#platform/identity/principal.ts';
import type { Orders } from '../context.ts';
import { worksAt } from '../ownership.ts';
import { changeOrder, type ChangeOutcome } from './changeOrder.ts';

export type KitchenStep =
  | { readonly kind: 'start' | 'ready' }
  | { readonly kind: 'handOver' }
  | { readonly kind: 'reject'; readonly reason: string };

/** Takes a step of kitchen work on an order of the caller's own store. Repeating a step appends no second event. */
export function kitchenWork(
  domain: Orders,
  principal: Principal,
  orderId: string,
  step: KitchenStep,
): Promise<ChangeOutcome> {
  const store = principal.bindings['store'];
  if (!principal.scopes.has('admin') && !(store && worksAt(principal, store)))
    return Promise.resolve({ kind: 'notFound' });
  return changeOrder(
    domain,
    orderId,
    { ...step, by: 'kitchen' },
    principal.scopes.has('admin') ? {} : { storeId: store },
  );
}
