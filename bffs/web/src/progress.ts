import type { OrderStatus } from '#generated/bffs/web/operations.ts';

export interface ProgressStep {
  readonly status: OrderStatus;
  readonly state: 'DONE' | 'CURRENT' | 'AHEAD';
  /** ISO 8601; null as long as the order has not come to it. */
  readonly at: string | null;
}

export interface OrderSoFar {
  readonly status: OrderStatus;
  /** Null for orders that are not delivered. */
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
 * What to draw of an order's way: what it came through, by its timeline, then what is usually left. Which steps may
 * follow which is not decided here.
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
