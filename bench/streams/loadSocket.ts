import { connect, type Socket } from 'node:net';

/** One read buffer for all sockets of the process, because each read is handled before the next. */
const readBuffer = Buffer.allocUnsafe(256 * 1024);
const needle = {
  type: Buffer.from('"type":"'),
  publishedAt: Buffer.from('"publishedAt":'),
  cursor: Buffer.from('"cursor":"'),
  endOfHead: Buffer.from('\r\n\r\n'),
};
const [comma, brace, quote] = [...Buffer.from(',}"')];

const frame = (text: string, opcode = 1): Buffer => {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head =
    length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
      : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0]);
  // With a mask of zeros the payload stays as it is, so nothing has to be computed.
  return Buffer.concat([head, payload]);
};
const pong = frame('', 10);
const protocolPong = frame('{"type":"pong"}');

export interface LoadSocketOptions {
  readonly port: number;
  readonly localAddress: string;
  readonly authorization: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly resumeFrom?: string;
  readonly keepCursor: boolean;
}

export interface LoadSocketEvents {
  acknowledged(): void;
  /** Called for the first message of the subscription. */
  begun?(): void;
  /** Called for each message after the first, with the time that it contains. */
  message?(publishedAt: number): void;
  /** If given, it is called with every message, parsed, instead of the two above. */
  next?(payload: unknown): void;
  /** Called if the server refuses the subscription. Without it, a refusal ends the process. */
  refused?(errors: unknown): void;
  pinged?(): void;
  closed(): void;
}

/**
 * A client that uses almost no CPU: it speaks the WebSocket protocol on a raw socket and has one subscription. It finds
 * what it needs in a message's text, and parses JSON only if whole messages are asked for.
 */
export class LoadSocket {
  /** The cursor of the last message. */
  cursor: string | undefined;
  readonly #socket: Socket;
  readonly #options: LoadSocketOptions;
  readonly #events: LoadSocketEvents;
  #upgraded = false;
  #begun = false;
  #stalled = false;
  /** The bytes of a frame that is not complete yet. */
  #rest: Buffer | undefined;

  constructor(options: LoadSocketOptions, events: LoadSocketEvents) {
    this.#options = options;
    this.#events = events;
    this.#socket = connect({
      host: '127.0.0.1',
      port: options.port,
      localAddress: options.localAddress,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (bytes) => this.#read(bytes) },
    });
    this.#socket.once('connect', () =>
      this.#socket.write(
        'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
      ),
    );
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => events.closed());
  }

  /** Stops reading. */
  stall(): void {
    this.#stalled = true;
    this.#socket.pause();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #read(bytes: number): boolean {
    const fresh = readBuffer.subarray(0, bytes);
    this.#take(this.#rest ? Buffer.concat([this.#rest, fresh]) : fresh);
    return !this.#stalled;
  }

  #take(data: Buffer): void {
    let at = 0;
    if (!this.#upgraded) {
      const end = data.indexOf(needle.endOfHead);
      if (end < 0) return this.#keep(data, 0);
      if (!data.toString('latin1', 0, 12).endsWith('101')) return this.cut();
      this.#upgraded = true;
      this.#socket.write(
        frame(JSON.stringify({ type: 'connection_init', payload: { authorization: this.#options.authorization } })),
      );
      at = end + 4;
    }
    for (;;) {
      const from = at + headLength(data, at);
      const end = from + payloadLength(data, at);
      if (!(end <= data.length)) return this.#keep(data, at);
      this.#frame(data[at]! & 15, data, from, end);
      at = end;
    }
  }

  #keep(data: Buffer, from: number): void {
    this.#rest = from < data.length ? Buffer.from(data.subarray(from)) : undefined;
  }

  #frame(opcode: number, data: Buffer, from: number, end: number): void {
    if (opcode === 9) this.#pong();
    else if (opcode === 8) this.cut();
    else if (opcode === 1) this.#message(data, from, end);
    else throw new Error(`a frame of kind ${opcode}`);
  }

  #pong(): void {
    this.#events.pinged?.();
    this.#socket.write(pong);
  }

  #message(data: Buffer, from: number, end: number): void {
    const at = data.indexOf(needle.type, from) + needle.type.length;
    const type = data.toString('latin1', at, at + 4);
    if (type === 'next') return this.#next(data, from, end);
    if (type === 'conn') return this.#subscribe();
    if (type === 'ping') return void this.#socket.write(protocolPong);
    if (type !== 'erro') return;
    const text = data.toString('utf8', from, end);
    if (!this.#events.refused) throw new Error(`a subscription was refused: ${text}`);
    this.#events.refused(payloadOf(text));
  }

  #subscribe(): void {
    const { query, variables, resumeFrom } = this.#options;
    this.#events.acknowledged();
    this.#socket.write(
      frame(
        JSON.stringify({
          id: '1',
          type: 'subscribe',
          payload: { query, variables, ...(resumeFrom === undefined ? {} : { extensions: { resumeFrom } }) },
        }),
      ),
    );
  }

  #next(data: Buffer, from: number, end: number): void {
    if (this.#events.next) return this.#events.next(payloadOf(data.toString('utf8', from, end)));
    if (this.#options.keepCursor) {
      const cursor = data.indexOf(needle.cursor, from);
      if (cursor >= 0 && cursor < end)
        this.cursor = data.toString(
          'latin1',
          cursor + needle.cursor.length,
          data.indexOf(quote!, cursor + needle.cursor.length),
        );
    }
    const key = data.indexOf(needle.publishedAt, from);
    if (key < 0 || key >= end) throw new Error(`a message without a time: ${data.toString('utf8', from, end)}`);
    if (!this.#begun) {
      this.#begun = true;
      return this.#events.begun?.();
    }
    const at = key + needle.publishedAt.length;
    let to = at;
    while (data[to] !== comma && data[to] !== brace) to += 1;
    this.#events.message?.(Number(data.toString('latin1', at, to)));
  }
}

const payloadOf = (text: string): unknown => (JSON.parse(text) as { payload: unknown }).payload;

/** The length that a frame's head states; NaN if even the head is not complete. */
function headLength(data: Buffer, at: number): number {
  const length = data[at + 1];
  if (length === undefined) return Number.NaN;
  return length < 126 ? 2 : length === 126 ? 4 : 10;
}

function payloadLength(data: Buffer, at: number): number {
  const length = data[at + 1] ?? Number.NaN;
  if (length < 126) return length;
  if (length === 126) return at + 4 <= data.length ? data.readUInt16BE(at + 2) : Number.NaN;
  return at + 10 <= data.length ? Number(data.readBigUInt64BE(at + 2)) : Number.NaN;
}
