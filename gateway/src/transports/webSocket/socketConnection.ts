import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StreamPolicy } from '../../channelManifest.ts';
import { latin1 } from '../../streams/streamMessage.ts';

/**
 * `unread`: too much waits for it; `memory`: for all together; `stalled`: it takes nothing; `silent`: it does not
 * answer; `closing`: it does not go.
 */
export type CutReason = 'unread' | 'memory' | 'stalled' | 'silent' | 'closing';

/**
 * One client's WebSocket, as to what it may cost. What is sent waits in this process until the kernel takes it; a
 * client that does not read is cut off when too much waits, or for too long, and everything that waits for it is let go
 * at once.
 */
export class SocketConnection {
  readonly client: WebSocket;
  readonly #raw: Socket;
  readonly #policy: StreamPolicy;
  readonly #onCut: (reason: CutReason) => void;
  /** Frames since everything was read. */
  #frames = 0;
  /** What the kernel had taken when it was last looked at, and since when it took no more. */
  #taken = 0;
  #takenAt = performance.now();
  #answered = true;
  #busyAt = performance.now();
  #onRoom: (() => void)[] | undefined;

  constructor(client: WebSocket, raw: Socket, policy: StreamPolicy, onCut: (reason: CutReason) => void) {
    this.client = client;
    this.#raw = raw;
    this.#policy = policy;
    this.#onCut = onCut;
    client.on('pong', () => {
      this.#answered = true;
    });
  }

  /** Sends what the client asked for; it is cut off if it does not read that. */
  send(text: string): void {
    if (this.unreadBytes + text.length > this.#policy.maxUnreadBytesPerConnection) this.cut('unread');
    else this.write('', latin1(text));
  }

  /**
   * Writes a text frame at once. Both parts are UTF-8 bytes as Latin-1; `tail` may be shared by many connections. The
   * library's own way takes a copy and a turn of the event loop for each socket, which is most of what a message to
   * many costs.
   */
  write(head: string, tail: string): void {
    if (this.client.readyState !== this.client.OPEN) return;
    const begin = frameHeader(head.length + tail.length) + head;
    if (this.#raw.writableLength === 0) {
      this.#frames = 0;
      this.#raw.write(begin + tail, 'latin1');
    } else {
      // It will wait: kept apart, so that the shared part is in memory once.
      this.#frames += 1;
      this.#raw.cork();
      this.#raw.write(begin, 'latin1');
      this.#raw.write(tail, 'latin1');
      this.#raw.uncork();
    }
  }

  /** Whether what it has not read is so much that its streams should leave out what comes. */
  get isFull(): boolean {
    const unread = this.#raw.writableLength;
    if (unread === 0) return false;
    return unread >= this.#policy.lagBytes || this.#frames >= this.#policy.lagMessages;
  }

  /** Calls once, when it has read all; never, if it is cut off. */
  onRoom(listener: () => void): void {
    if (!this.isFull) {
      setImmediate(listener);
      return;
    }
    if (this.#onRoom) {
      this.#onRoom.push(listener);
      return;
    }
    this.#onRoom = [listener];
    // An empty write comes after all that waits, and says so.
    this.#raw.write('', () => {
      const waiting = this.#onRoom ?? [];
      this.#onRoom = undefined;
      this.#frames = 0;
      if (!this.#raw.destroyed) waiting.forEach((each) => each());
    });
  }

  /** What waits in this process for the client to read. */
  get unreadBytes(): number {
    return this.#raw.writableLength;
  }

  /** Nothing of what is sent was taken for too long. To be asked now and then. */
  isStalled(now: number): boolean {
    const unread = this.#raw.writableLength;
    const taken = this.#raw.bytesWritten - unread;
    if (unread === 0 || taken !== this.#taken) {
      this.#taken = taken;
      this.#takenAt = now;
      return false;
    }
    return now - this.#takenAt > this.#policy.maxStallMs;
  }

  /** Asks whether it is still there; cuts it off if it did not answer the last time. */
  ping(): void {
    if (!this.#answered) {
      this.cut('silent');
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
  cut(reason: CutReason): void {
    if (this.#raw.destroyed) return;
    this.#raw.resetAndDestroy();
    this.#onCut(reason);
  }
}

/** The head of an unmasked text frame of so many bytes, RFC 6455 section 5.2. */
function frameHeader(bytes: number): string {
  if (bytes < 126) return String.fromCharCode(0x81, bytes);
  if (bytes < 65_536) return String.fromCharCode(0x81, 126, bytes >> 8, bytes & 255);
  return String.fromCharCode(
    0x81,
    127,
    0,
    0,
    0,
    0,
    (bytes >>> 24) & 255,
    (bytes >>> 16) & 255,
    (bytes >>> 8) & 255,
    bytes & 255,
  );
}
