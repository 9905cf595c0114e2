import { z } from 'zod';

/** What a device held when it was last told, in as few words as finding out what changed since needs. */
export interface SyncCursor {
  /** The store of `menu`. */
  readonly storeId: string;
  /** `next` of the menu's own changes; null before the first. */
  readonly menu: string | null;
  /** Whose orders and profile; null for somebody who is not signed in. */
  readonly customerId: string | null;
  /** Fingerprint by order, newest first. */
  readonly orders: readonly (readonly [orderId: string, state: string])[];
  /** Of the profile as it was; null when none was held. */
  readonly profile: string | null;
}

// The wire has short names: a device sends it back with every sync.
const wire = z.object({
  v: z.literal(2),
  s: z.string().max(64),
  m: z.string().max(4_000).nullable(),
  c: z.string().max(64).nullable(),
  o: z.array(z.tuple([z.string().max(64), z.string().max(64)])).max(100),
  p: z.string().max(64).nullable(),
});

/** Opaque text for a device. */
export function writeSyncCursor({ storeId, menu, customerId, orders, profile }: SyncCursor): string {
  const parts: z.input<typeof wire> = {
    v: 2,
    s: storeId,
    m: menu,
    c: customerId,
    o: orders.map(([id, state]) => [id, state]),
    p: profile,
  };
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Null for what cannot be read: too old, cut, or of something else. The device then loads everything, and is right
 * again.
 */
export function readSyncCursor(text: string): SyncCursor | null {
  try {
    const { s, m, c, o, p } = wire.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { storeId: s, menu: m, customerId: c, orders: o, profile: p };
  } catch {
    return null;
  }
}
