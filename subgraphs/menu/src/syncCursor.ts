import { z } from 'zod';
import { isStorable } from '#platform/subgraph/isStorable.ts';

/** How much of a store's changes a device has applied. */
export interface SyncCursor {
  /** The epoch of the database in which `version` was counted. */
  readonly epoch: string;
  /** The device has every change up to this version. */
  readonly version: number;
  /** The device knows every price that began or ended up to this instant (milliseconds since 1970). */
  readonly at: number;
  /**
   * Set only when a page ended among items with prices that began or ended: those prices are taken up to this
   * instant.
   */
  readonly to?: number | undefined;
  /** Set together with `to`: the next page begins after this item. */
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

/** The last instant is the end of the year 9999. */
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

/** Undefined for a text that is not a valid cursor. The device then loads everything again, which is always correct. */
export function decodeSyncCursor(cursor: string): SyncCursor | undefined {
  try {
    const [epoch, version, at, to, afterItem] = wire.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { epoch, version, at, to, afterItem };
  } catch {
    return undefined;
  }
}
