import type { IncomingHttpHeaders } from 'node:http';

export interface SignedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A way of signing. The libraries that check signatures read the clock themselves. */
export interface SignatureScheme {
  /**
   * Checks a call by the keys of its source: while they are rotated, any of them may have signed it.
   * @returns the sender's id of the message, the same on every try
   * @throws Forged when no key has signed this, or not within 300 s of now
   */
  verify(call: SignedCall, keys: readonly string[]): Promise<string> | string;
}

/** Nobody whom we know has signed this, or not now. */
export class Forged extends Error {
  override readonly name = 'Forged';
}

/** Takes an id of a sender's as it is, if it is short and printable. */
export function messageId(id: unknown): string {
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(id)) throw new Forged('the message has no usable id');
  return id;
}
