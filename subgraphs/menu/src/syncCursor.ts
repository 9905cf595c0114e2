import { CodedError } from '#platform/subgraph/codedError.ts';

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
  Buffer.from(JSON.stringify([cursor.epoch, cursor.version, cursor.at, ...(cursor.to === undefined ? [] : [cursor.to, cursor.afterItem])])).toString('base64url');

/** @throws CodedError BAD_USER_INPUT for what is no cursor of ours */
export function decodeSyncCursor(text: string): SyncCursor {
  try {
    const [epoch, version, at, to, afterItem]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const numbers = [version, at, ...(to === undefined ? [] : [to])];
    if (typeof epoch === 'string' && numbers.every((each) => Number.isSafeInteger(each)) && (to === undefined) === (afterItem === undefined)) {
      return { epoch, version: version as number, at: at as number, to: to as number | undefined, afterItem: afterItem as string | undefined };
    }
  } catch { /* told below */ }
  throw new CodedError('BAD_USER_INPUT', '`since` is not a position of this feed. Pass `next` as it came, or nothing to begin anew.');
}
