import type { ExecutionResult } from 'graphql';
import type { StreamMessage } from './streamMessage.ts';

/**
 * Where the messages of one subscription go. Nothing here waits: what a client does not read in time is left out, and
 * the client told so.
 */
export interface StreamSink {
  /** In order, none twice. `prefix`: what the subscription's cursors begin with. */
  send(message: StreamMessage, prefix: string): void;
  /** Whether so much of what was sent is unread that nothing should be added. */
  readonly isFull: boolean;
  /** Calls once, when it is full no more; never, if its client is cut off. */
  onRoom(listener: () => void): void;
  /** The stream is over; `last` says why. Nothing is sent after it. */
  end(last?: ExecutionResult): void;
}
