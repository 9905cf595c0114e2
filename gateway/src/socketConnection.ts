import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StreamPolicy } from './channelManifest.ts';
import { Budget } from './streams/budget.ts';

/**
 * One client's WebSocket, as to what it may cost. What is sent waits in this process until the kernel takes it; a client that does not read is cut off
 * when too much waits, or for too long, and everything that waits for it is let go at once.
 */
export class SocketConnection {
  readonly client: WebSocket;
  /** Of the events that wait for its subscriptions. */
  readonly queued: Budget;
  readonly #raw: Socket;
  readonly #policy: StreamPolicy;
  readonly #onCut: () => void;
  #sending = 0;
  #sendingSince = 0;
  #answered = true;
  #busyAt = performance.now();

  constructor(client: WebSocket, raw: Socket, policy: StreamPolicy, queued: Budget, onCut: () => void) {
    this.client = client;
    this.queued = new Budget({ items: Number.POSITIVE_INFINITY, bytes: policy.maxQueuedBytesPerConnection }, queued);
    this.#raw = raw;
    this.#policy = policy;
    this.#onCut = onCut;
    client.on('pong', () => { this.#answered = true; });
  }

  /** Resolves when the kernel took it, or never will. */
  send(text: string): Promise<void> {
    if (this.client.readyState !== this.client.OPEN) return Promise.resolve();
    if (this.unreadBytes + text.length > this.#policy.maxUnreadBytesPerConnection) {
      this.cut();
      return Promise.resolve();
    }
    if (this.#sending === 0) this.#sendingSince = performance.now();
    this.#sending += 1;
    return new Promise((resolve) => this.client.send(text, () => {
      this.#sending -= 1;
      this.#sendingSince = performance.now();
      resolve();
    }));
  }

  /** What waits in this process for the client to read. */
  get unreadBytes(): number {
    return this.client.bufferedAmount;
  }

  /** Nothing of what is sent was taken for too long. */
  isStalled(now: number): boolean {
    return this.#sending > 0 && now - this.#sendingSince > this.#policy.maxStallMs;
  }

  /** Asks whether it is still there; cuts it off if it did not answer the last time. */
  ping(): void {
    if (!this.#answered) {
      this.cut();
      return;
    }
    this.#answered = false;
    if (this.client.readyState === this.client.OPEN) this.client.ping();
  }

  /** Whether it has had no operation for too long; `operations`: how many it has now. */
  isIdle(now: number, operations: number): boolean {
    if (operations > 0) this.#busyAt = now;
    return now - this.#busyAt > this.#policy.idleMs;
  }

  /** Without a farewell, which it would not read: the kernel lets go of what it holds for it. */
  cut(): void {
    if (this.#raw.destroyed) return;
    this.#raw.resetAndDestroy();
    this.#onCut();
  }
}
