import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../documents/exactNumber.ts';
import type { ResyncReason } from './eventQueue.ts';

/** What stands in `extensions.stream` of every message. */
export interface StreamMark {
  readonly kind: 'snapshot' | 'event' | 'resync';
  readonly cursor: string;
  readonly version: number;
  readonly reason?: ResyncReason;
}

/** The JSON of a message up to its cursor: the same for all messages of all streams. */
export const payloadHead = '{"extensions":{"stream":{"cursor":"';

/**
 * A message as all subscribers of a shared stream have it. Its payload is `payloadHead`, what the subscriber's cursors
 * begin with, `position`, `rest`: only the second of these is a subscriber's own, so the rest is serialised once,
 * however many there are.
 */
export class StreamMessage {
  readonly kind: StreamMark['kind'];
  readonly version: number;
  /** Nothing follows: its stream completes. */
  readonly isLast: boolean;
  /** The shared end of the cursor. */
  readonly position: string;
  /** JSON after the cursor. */
  readonly rest: string;
  #frameTail: string | undefined;

  constructor(result: ExecutionResult, mark: Omit<StreamMark, 'cursor'>, position: string, isLast = false) {
    this.kind = mark.kind;
    this.version = mark.version;
    this.position = position;
    this.isLast = isLast;
    const { kind, version, reason } = mark;
    const { data, errors } = result;
    this.rest = `",${JSON.stringify({ kind, version, reason }).slice(1)}},${stringifyExactly({ errors, data }).slice(1)}`;
  }

  /** What a frame of graphql-transport-ws ends with, each character a byte of its UTF-8. */
  get frameTail(): string {
    this.#frameTail ??= latin1(`${this.position}${this.rest}}`);
    return this.#frameTail;
  }
}

/**
 * A text as its UTF-8 bytes, each as one character: what a socket takes without another look, and many sockets can
 * share.
 */
export const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
