import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Principal } from '#platform/identity/principal.ts';
import { withDigits } from '../documents/exactNumber.ts';
import { addressKey, type FeedAddress } from './feeds/feedAddress.ts';

/** A place in the history of a feed. */
export interface Position {
  /** Names the history: versions of two epochs have nothing to do with each other. */
  readonly epoch: string;
  readonly version: number;
  /** What is here is the last: a client that comes back from here has everything. */
  readonly isLast?: boolean;
}

/** What a cursor is bound to: nobody else can use it, and it is good for nothing else. */
export interface CursorOwner {
  readonly principal: Principal;
  /** Hash of the document, its layout aside. */
  readonly document: string;
  /** As coerced, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const form = /^1\.([A-Za-z0-9_-]{22})\.([A-Za-z0-9]{1,32})\.(0|[1-9]\d{0,9})(z?)\.([A-Za-z0-9_-]{22})$/;
const longest = 128;

/** JSON in which maps have their keys in order, so that equal variables are equal texts. */
export const stableJson = (value: unknown): string =>
  withDigits(
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ),
  );

/**
 * Who may use a cursor: the same person, device or service through the same channel, bound to the same things. Its
 * rights are checked at each message anyhow.
 */
const ownerClass = ({ kind, subject, channel, bindings }: Principal): string =>
  stableJson([kind, subject, channel, bindings]);

/**
 * Writes and reads cursors: `1.<binding>.<epoch>.<version>.<position>`, with a `z` behind the version of a last
 * message. The binding is signed once for each subscription, the position once for each event of a feed, whoever
 * follows it. Replicas that share keys read each other's.
 */
export class Cursors {
  readonly #keys: readonly Buffer[];

  /** The first key signs, all verify. Without any, one is made up: cursors then end with the process. */
  constructor(keys: readonly string[] = []) {
    this.#keys = keys.length > 0 ? keys.map((key) => createHash('sha256').update(key).digest()) : [randomBytes(32)];
  }

  /** What all cursors of a subscription begin with. */
  prefix(owner: CursorOwner): string {
    return `1.${this.#bindingBy(this.#keys[0]!, owner)}.`;
  }

  /** What a cursor ends with: the same for all who follow a feed. */
  position(feed: FeedAddress, position: Position): string {
    return `${position.epoch}.${position.version}${position.isLast ? 'z' : ''}.${this.#positionBy(this.#keys[0]!, addressKey(feed), position)}`;
  }

  /** The position that a cursor holds; undefined if it is not one of ours, or not this owner's, or of another feed. */
  read(cursor: unknown, owner: CursorOwner, feed: FeedAddress): Position | undefined {
    const parts = typeof cursor === 'string' && cursor.length <= longest ? form.exec(cursor) : null;
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

const sign = (key: Buffer, text: string): string =>
  createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url');

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
