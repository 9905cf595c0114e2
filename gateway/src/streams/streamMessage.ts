import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../documents/exactNumber.ts';
import type { ResyncReason } from './eventQueue.ts';

/** The content of `extensions.stream` in every message. */
export interface StreamMark {
  readonly kind: 'snapshot' | 'event' | 'resync';
  readonly cursor: string;
  readonly version: number;
  readonly reason?: ResyncReason;
}

/** The beginning of a message's JSON, up to the cursor. It is the same for all messages of all streams. */
export const payloadHead = '{"extensions":{"stream":{"cursor":"';

/**
 * A message that all subscribers of a shared stream get. Its JSON is `payloadHead`, the subscriber's cursor prefix,
 * `position` and `rest`. Only the prefix differs between subscribers, so the rest is serialised once.
 */
export class StreamMessage {
  readonly kind: StreamMark['kind'];
  readonly version: number;
  /** Whether the stream completes after this message. */
  readonly isLast: boolean;
  /** The second part of the cursor, which all subscribers share. */
  readonly position: string;
  /** The JSON after the cursor. */
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

  /** The end of a frame of graphql-transport-ws: its UTF-8 bytes, each as one Latin-1 character. */
  get frameTail(): string {
    this.#frameTail ??= latin1(`${this.position}${this.rest}}`);
    return this.#frameTail;
  }
}

/**
 * Encodes text as its UTF-8 bytes, each as one Latin-1 character. A socket writes such a string without encoding it
 * again, and many sockets can share it.
 */
export const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
