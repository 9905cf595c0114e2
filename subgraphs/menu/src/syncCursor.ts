import { z } from 'zod';
import { isStorable } from '#platform/subgraph/isStorable.ts';

/** How far a device has come. */
export interface SyncCursor {
  /** Of which database's life the version counts. */
  readonly epoch: string;
  /** It has every change up to this version, */
  readonly version: number;
  /** and every price that began or ended up to this instant (milliseconds since 1970). */
  readonly at: number;
  /** Within a page break among prices that began or ended: up to this instant, */
  readonly to?: number | undefined;
  /** beginning behind this item. */
  readonly afterItem?: string | undefined;
}

export const encodeSyncCursor = (cursor: SyncCursor): string =>
  Buffer.from(
    JSON.stringify([
      cursor.epoch,
      cursor.version,
      cursor.at,
      ...(cursor.to === undefined ? [] : [cursor.to, cursor.afterItem]),
    ]),
  ).toString('base64url');

/** Up to the end of the year 9999. */
const milliseconds = z.int().min(0).max(253_402_300_799_999);
const text = z.string().max(64).refine(isStorable);
const version = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const wire = z.union([
  z.tuple([text, version, milliseconds]),
  z.tuple([text, version, milliseconds, milliseconds, text]),
]);

/** Undefined for what is no cursor of ours: the device then begins anew, and is right again. */
export function decodeSyncCursor(cursor: string): SyncCursor | undefined {
  try {
    const [epoch, version, at, to, afterItem] = wire.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { epoch, version, at, to, afterItem };
  } catch {
    return undefined;
  }
}
