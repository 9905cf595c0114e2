import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bindingsOf, type Principal } from '#platform/identity/principal.ts';
import { withDigits } from '../documents/exactNumber.ts';
import { addressKey, type FeedAddress } from './feeds/feedAddress.ts';

/** A position in the history of a feed. */
export interface Position {
  /** Identifies the history that the version belongs to. Versions of different epochs cannot be compared. */
  readonly epoch: string;
  readonly version: number;
  /** Whether the message at this position was the stream's last one. A client that resumes from here has everything. */
  readonly isLast?: boolean;
}

/** What a cursor is bound to. It is refused for another caller, another document or other variables. */
export interface CursorOwner {
  readonly principal: Principal;
  /** The hash of the document's normalised text, so that its layout does not matter. */
  readonly document: string;
  /** The coerced variables, with defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** `1.<binding>.<epoch>.<version>.<signature>`; see `Cursors`. */
const form = /^1\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9]{1,32})\.(0|[1-9]\d{0,9})(z?)\.([A-Za-z0-9_-]{22})$/;
/** In characters. */
const maxCursorLength = 128;

/** JSON with the keys of maps in order, so that equal values have equal texts. */
export const stableJson = (value: unknown): string =>
  withDigits(
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ),
  );

/**
 * What identifies the caller of a cursor: the same person, device or service, through the same channel and with the
 * same bindings. Roles and scopes may change, since rights are checked for each message anyway.
 */
const ownerClass = (principal: Principal): string =>
  stableJson([principal.kind, principal.subject, principal.channel, bindingsOf(principal)]);

/**
 * Writes and reads cursors: `1.<binding>.<epoch>.<version>.<signature>`, with a `z` behind the version of a stream's
 * last message. The binding is the signature over the owner, computed once for each subscription; the last part is the
 * signature over the position, computed once for each event however many clients follow. Replicas with the same keys
 * can read each other's cursors.
 */
export class Cursors {
  readonly #keys: readonly Buffer[];
  #lastSigned: { readonly address: string; readonly position: Position; readonly text: string } = {
    address: '',
    position: { epoch: '', version: 0 },
    text: '',
  };

  /**
   * The first key signs; cursors of all keys are accepted. Without keys a random one is made, and cursors become
   * invalid when the process ends.
   */
  constructor(keys: readonly string[] = []) {
    this.#keys = keys.length > 0 ? keys.map((key) => createHash('sha256').update(key).digest()) : [randomBytes(32)];
  }

  /** The first part of all cursors of a subscription. */
  prefix(owner: CursorOwner): string {
    return `1.${this.#bindingBy(this.#keys[0]!, owner)}.`;
  }

  /** The rest of a cursor. It is the same for all clients that follow the feed. */
  position(feed: FeedAddress, position: Position): string {
    // Streams of one feed whose documents differ ask for the same one after the other.
    const { address, position: last, text } = this.#lastSigned;
    const key = addressKey(feed);
    if (key === address && isSamePosition(position, last)) return text;
    const signed = `${position.epoch}.${position.version}${position.isLast ? 'z' : ''}.${this.#positionBy(this.#keys[0]!, key, position)}`;
    this.#lastSigned = { address: key, position, text: signed };
    return signed;
  }

  /** The position in a cursor; undefined if the cursor is forged or malformed, or belongs to another owner or feed. */
  read(cursor: unknown, owner: CursorOwner, feed: FeedAddress): Position | undefined {
    const parts = typeof cursor === 'string' && cursor.length <= maxCursorLength ? form.exec(cursor) : null;
    if (!parts) return undefined;
    const [, binding = '', epoch = '', digits = '', last = '', signature = ''] = parts;
    const position: Position = { epoch, version: Number(digits), ...(last ? { isLast: true } : {}) };
    const address = addressKey(feed);
    const good =
      this.#keys.some((key) => same(binding, this.#bindingBy(key, owner))) &&
      this.#keys.some((key) => same(signature, this.#positionBy(key, address, position)));
    return good ? position : undefined;
  }

  #bindingBy(key: Buffer, { principal, document, variables }: CursorOwner): string {
    return sign(key, stableJson(['binding', ownerClass(principal), document, variables]));
  }

  #positionBy(key: Buffer, address: string, { epoch, version, isLast }: Position): string {
    return sign(key, JSON.stringify(['position', address, epoch, version, ...(isLast ? ['last'] : [])]));
  }
}

const isSamePosition = (a: Position, b: Position): boolean =>
  a.version === b.version && a.epoch === b.epoch && (a.isLast ?? false) === (b.isLast ?? false);

const sign = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url');

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
