import { z } from 'zod';

/** What a device held after its last sync. It has just enough to find out what has changed since. */
export interface SyncCursor {
  /** The store that `menu` belongs to. */
  readonly storeId: string;
  /** `next` of the menu's own changes; null before the first. */
  readonly menu: string | null;
  /** The customer whose orders and profile these are; null for somebody who is not signed in. */
  readonly customerId: string | null;
  /** The fingerprint of each order by its id, newest first. */
  readonly orders: readonly (readonly [orderId: string, state: string])[];
  /** The fingerprint of the profile; null if the device held none. */
  readonly profile: string | null;
}

// The encoded cursor has short names, because a device sends it back with every sync.
const wire = z.object({
  v: z.literal(2),
  s: z.string().max(64),
  m: z.string().max(4_000).nullable(),
  c: z.string().max(64).nullable(),
  o: z.array(z.tuple([z.string().max(64), z.string().max(64)])).max(100),
  p: z.string().max(64).nullable(),
});

/** Encodes a cursor as opaque text for the device. */
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
 * Decodes a cursor. Returns null if it cannot be read, because it is too old, cut off, or no cursor; the device then
 * loads everything anew.
 */
export function readSyncCursor(text: string): SyncCursor | null {
  try {
    const { s, m, c, o, p } = wire.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { storeId: s, menu: m, customerId: c, orders: o, profile: p };
  } catch {
    return null;
  }
}
