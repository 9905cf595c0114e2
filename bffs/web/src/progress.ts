import type { OrderStatus } from '#generated/bffs/web/operations.ts';

export interface ProgressStep {
  readonly status: OrderStatus;
  readonly state: 'DONE' | 'CURRENT' | 'AHEAD';
  /** When the order came to the step, in ISO 8601; null if it has not come to it yet. */
  readonly at: string | null;
}

export interface OrderSoFar {
  readonly status: OrderStatus;
  /** When the order is promised to arrive; null for orders that are not delivered. */
  readonly promisedAt: string | null;
  readonly timeline: readonly { readonly status: OrderStatus; readonly at: string }[];
}

const collected: readonly OrderStatus[] = ['PLACED', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];
const delivered: readonly OrderStatus[] = [
  'PLACED',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'OUT_FOR_DELIVERY',
  'COMPLETED',
];

/**
 * The steps to draw for an order: those that it has passed, by its timeline, then those that usually follow. Which step
 * may follow which is decided by the orders domain alone.
 */
export function progress({ status, promisedAt, timeline }: OrderSoFar): ProgressStep[] {
  const reached = new Map<OrderStatus, string>();
  for (const entry of timeline) if (!reached.has(entry.status)) reached.set(entry.status, entry.at);
  if (!reached.has(status)) reached.set(status, timeline.at(-1)?.at ?? '');
  const way = promisedAt === null ? collected : delivered;
  const here = way.indexOf(status);
  const ahead = here === -1 ? [] : way.slice(here + 1).filter((step) => !reached.has(step));
  const taken = [...reached].map(([step, at]): ProgressStep => ({
    status: step,
    state: step === status ? 'CURRENT' : 'DONE',
    at: at || null,
  }));
  return [...taken, ...ahead.map((step): ProgressStep => ({ status: step, state: 'AHEAD', at: null }))];
}
