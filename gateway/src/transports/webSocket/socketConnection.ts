import { resetConnection } from '#platform/http/resetConnection.ts';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StreamPolicy } from '../../channelManifest.ts';
import { latin1 } from '../../streams/streamMessage.ts';
import { SharedFrame } from './sharedFrame.ts';

/**
 * Why a connection is cut. `unread`: the client has too much unread output; `memory`: all clients together have;
 * `stalled`: it has read nothing for too long; `silent`: it did not answer a ping; `closing`: it did not answer the
 * close.
 */
export type CutReason = 'unread' | 'memory' | 'stalled' | 'silent' | 'closing';

/** Written to one socket after the other, so that one serves all. */
const sharedFrame = new SharedFrame();

/** What serves connections: an object instead of callbacks, which each connection would have for itself. */
export interface ConnectionOwner {
  /** Hears that output has begun to wait for the client to read. */
  waits(connection: SocketConnection): void;
  /** Hears that the connection has been cut. */
  wasCut(connection: SocketConnection, reason: CutReason): void;
}

/**
 * One client's WebSocket, with limits on the memory that it may take. Output waits in this process until the kernel
 * takes it. A client that does not read is cut off when too much is waiting, or for too long, and what was waiting is
 * freed at once.
 */
export class SocketConnection {
  readonly client: WebSocket;
  readonly address: string;
  readonly #raw: Socket;
  readonly #policy: StreamPolicy;
  readonly #owner: ConnectionOwner;
  /** Frames written since the client had last read everything. */
  #frames = 0;
  /** Whether output was waiting at the last check or has begun to since. */
  #isWaiting = false;
  /** How many bytes the kernel had taken at the last check, and when that number last changed. */
  #taken = 0;
  #takenAt = 0;
  #answered = true;
  #busyAt = performance.now();
  #onRoom: (() => void)[] | undefined;

  constructor(client: WebSocket, raw: Socket, address: string, policy: StreamPolicy, owner: ConnectionOwner) {
    this.client = client;
    this.#raw = raw;
    this.address = address;
    this.#policy = policy;
    this.#owner = owner;
  }

  /** To be called when the client has answered a ping. */
  answered(): void {
    this.#answered = true;
  }

  /** Sends an answer that the client asked for. The client is cut off if it has too much unread already. */
  send(text: string): void {
    if (this.unreadBytes + text.length > this.#policy.maxUnreadBytesPerConnection) this.cut('unread');
    else this.write('', latin1(text));
  }

  /**
   * Writes a text frame directly to the TCP socket. Both parts are UTF-8 bytes as Latin-1 characters, and `tail` may be
   * shared by many connections. Sending by way of `ws` would copy the text and take a turn of the event loop for each
   * socket, which is most of the cost of a message to many clients.
   */
  write(head: string, tail: string): void {
    if (this.client.readyState !== this.client.OPEN) return;
    const begin = frameHeader(head.length + tail.length) + head;
    if (this.#raw.writableLength === 0) {
      this.#frames = 0;
      const frame = sharedFrame.of(begin, tail);
      if (!frame) this.#raw.write(begin + tail, 'latin1');
      else {
        this.#raw.write(frame);
        if (this.#raw.writableLength > 0) sharedFrame.giveAway();
      }
    } else {
      // The frame has to wait in memory. The two parts are written separately, so that the shared one is in memory
      // once.
      this.#frames += 1;
      this.#raw.cork();
      this.#raw.write(begin, 'latin1');
      this.#raw.write(tail, 'latin1');
      this.#raw.uncork();
    }
    if (!this.#isWaiting && this.#raw.writableLength > 0) this.#beginWaiting();
  }

  #beginWaiting(): void {
    this.#isWaiting = true;
    this.#taken = this.#raw.bytesWritten - this.#raw.writableLength;
    this.#takenAt = performance.now();
    this.#owner.waits(this);
  }

  /** Whether so much is unread that streams should send nothing more for now. */
  get isFull(): boolean {
    const unread = this.#raw.writableLength;
    if (unread === 0) return false;
    return unread >= this.#policy.lagBytes || this.#frames >= this.#policy.lagMessages;
  }

  /** Calls the listener once the client has read everything; never if it is cut off before. */
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
    // The callback of an empty write comes once everything before it is written.
    this.#raw.write('', () => {
      const waiting = this.#onRoom ?? [];
      this.#onRoom = undefined;
      this.#frames = 0;
      if (!this.#raw.destroyed) waiting.forEach((each) => each());
    });
  }

  /** How many bytes wait in this process for the client to read. */
  get unreadBytes(): number {
    return this.#raw.writableLength;
  }

  /**
   * To be called regularly while output waits: cuts off a client that has read nothing for too long. Returns whether
   * output still waits.
   */
  checkWaiting(now: number): boolean {
    const unread = this.#raw.writableLength;
    const taken = this.#raw.bytesWritten - unread;
    this.#isWaiting = unread > 0 && !this.#raw.destroyed;
    if (taken !== this.#taken) {
      this.#taken = taken;
      this.#takenAt = now;
    } else if (this.#isWaiting && now - this.#takenAt > this.#policy.maxStallMs) {
      this.cut('stalled');
      return false;
    }
    return this.#isWaiting;
  }

  /** Sends a ping, or cuts off a client that has not answered the last one. */
  ping(): void {
    if (!this.#answered) {
      this.cut('silent');
      return;
    }
    this.#answered = false;
    if (this.client.readyState === this.client.OPEN) this.client.ping();
  }

  /**
   * Whether no operation has run for too long. `operations`: how many are running now. It has to be called regularly.
   */
  isIdle(now: number, operations: number): boolean {
    if (operations > 0) this.#busyAt = now;
    return now - this.#busyAt > this.#policy.idleMs;
  }

  /**
   * Resets the connection without a close frame, which the client would not read: the kernel then frees its buffers at
   * once.
   */
  cut(reason: CutReason): void {
    if (this.#raw.destroyed) return;
    resetConnection(this.#raw);
    this.#owner.wasCut(this, reason);
  }
}

/** The header of an unmasked text frame with a payload of so many bytes, RFC 6455 section 5.2. */
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
