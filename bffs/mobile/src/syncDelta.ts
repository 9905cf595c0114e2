import { createHash } from 'node:crypto';
import type { SyncCursor } from './syncCursor.ts';

/** Orders by id, newest first, each with a fingerprint of its content. */
export type HeldOrders = SyncCursor['orders'];

export interface OrderDelta {
  readonly reset: boolean;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What a device that holds `held` must change to hold `now`. It compares contents and not instants. So it misses no
 * order whose transaction committed late, and none after a database was restored to an earlier state: whatever the last
 * sync did not see differs from what the device holds.
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

/**
 * A text that is the same for the same profile. It keeps nothing secret, and need not: only the owner of the profile
 * gets it.
 */
export function fingerprint(profile: unknown): string {
  return createHash('sha256').update(JSON.stringify(profile)).digest('base64url').slice(0, 22);
}
