import type { ExecutionResult } from 'graphql';
import type { StreamMessage } from './streamMessage.ts';

/**
 * Where the messages of one subscription are written: a WebSocket or an event stream. No method waits. Messages that a
 * client does not read in time are left out, and it is told so (`resync`, `lagged`).
 */
export interface StreamSink {
  /** Writes a message. Messages come in order, none twice. `prefix`: the first part of the subscription's cursors. */
  send(message: StreamMessage, prefix: string): void;
  /** Whether so much of what was sent is unread that nothing more should be sent. */
  readonly isFull: boolean;
  /** Calls the listener once, when there is room again; never if the client is cut off before. */
  onRoom(listener: () => void): void;
  /** Ends the stream. `last` is the final answer, with the errors that say why. Nothing is sent after it. */
  end(last?: ExecutionResult): void;
}
