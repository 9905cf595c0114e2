import { createHash } from 'node:crypto';
import type { SyncCursor } from './syncCursor.ts';

/** Orders as they are, newest first, by a fingerprint of what they are. */
export type HeldOrders = SyncCursor['orders'];

export interface OrderDelta {
  readonly reset: boolean;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What a device that holds `held` must change to hold `now`. Comparing what is with what was, and not instants, misses
 * no order whose transaction was slow, and none of a history that was restored and took another turn: whatever the last
 * sync could not see differs from what the device holds.
 */
export function orderDelta(held: HeldOrders | null, now: HeldOrders): OrderDelta {
  if (held === null) return { reset: true, changed: now.map(([id]) => id), removed: [] };
  const heldStates = new Map(held);
  const present = new Set(now.map(([id]) => id));
  return {
    reset: false,
    changed: now.filter(([id, state]) => heldStates.get(id) !== state).map(([id]) => id),
    removed: held.map(([id]) => id).filter((id) => !present.has(id)),
  };
}

/** The same for the same profile. Not for keeping anything secret: it goes to whom the profile belongs. */
export function fingerprint(profile: unknown): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 22);
}
