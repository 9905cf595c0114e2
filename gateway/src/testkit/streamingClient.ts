import { WebSocket } from 'ws';

export interface Heard {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly extensions?: {
    readonly stream?: {
      readonly kind: string;
      readonly cursor: string;
      readonly version: number;
      readonly reason?: string;
    };
  };
}

interface Frame {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

const patienceMs = 20_000;

/**
 * A WebSocket client that follows `gateway/PROTOCOL.md` without a client library. Every frame that it gets is in
 * `frames`.
 */
export class RawSocket {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<number>;
  /** Listened for from the start, because a test may do something else before it waits for this. */
  readonly #opened: Promise<void>;
  #id = 0;

  constructor(url: string) {
    this.socket = new WebSocket(url.replace(/^http/, 'ws').replace('localhost', '127.0.0.1'), 'graphql-transport-ws', {
      handshakeTimeout: patienceMs,
    });
    this.socket.on('message', (data) => this.frames.push(JSON.parse(String(data)) as Frame));
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.#opened = new Promise((resolve) => this.socket.once('open', () => resolve()));
    this.socket.on('error', () => undefined);
  }

  /** Resolves when the connection is acknowledged; rejects when it is closed before. */
  async begin(token?: string): Promise<this> {
    await Promise.race([this.#opened, this.closed.then((code) => Promise.reject(new Error(`closed with ${code}`)))]);
    this.send({ type: 'connection_init', payload: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    await this.heard(({ type }) => type === 'connection_ack');
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  subscribe(
    query: string,
    variables: Record<string, unknown>,
    resumeFrom?: string,
    extensions: Record<string, unknown> = {},
  ): RawStream {
    const id = String((this.#id += 1));
    this.send({
      id,
      type: 'subscribe',
      payload: { query, variables, extensions: { ...extensions, ...(resumeFrom === undefined ? {} : { resumeFrom }) } },
    });
    return new RawStream(this, id);
  }

  /**
   * Resolves with the first frame that satisfies the condition, among those that have come and those to come. Rejects
   * when the socket closes before, or no such frame comes in time.
   */
  async heard(satisfies: (frame: Frame) => boolean): Promise<Frame> {
    for (const deadline = Date.now() + patienceMs; ;) {
      const found = this.frames.find(satisfies);
      if (found) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('closed');
      if (Date.now() > deadline) throw new Error(`not heard: ${satisfies}; heard: ${JSON.stringify(this.frames)}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  cut(): void {
    this.socket.terminate();
  }
}

/** The messages of one subscription of a socket. */
export class RawStream {
  readonly socket: RawSocket;
  readonly id: string;

  constructor(socket: RawSocket, id: string) {
    this.socket = socket;
    this.id = id;
  }

  get messages(): Heard[] {
    return this.socket.frames
      .filter(({ id, type }) => id === this.id && type === 'next')
      .map(({ payload }) => payload as Heard);
  }

  /** The code of the `error` message that ended the subscription. */
  get refusal(): string | undefined {
    const frame = this.socket.frames.find(({ id, type }) => id === this.id && type === 'error');
    return (frame?.payload as Heard['errors'])?.[0]?.extensions.code;
  }

  get isOver(): boolean {
    return this.socket.frames.some(({ id, type }) => id === this.id && (type === 'complete' || type === 'error'));
  }

  /** The kind and version of each message, and the reason of a resync: `snapshot 1`, `event 2`, `resync 9 lagged`. */
  get marks(): string[] {
    return this.messages.map(({ extensions }) =>
      [extensions?.stream?.kind, extensions?.stream?.version, extensions?.stream?.reason]
        .filter((each) => each !== undefined)
        .join(' '),
    );
  }

  get cursor(): string {
    return this.messages.at(-1)!.extensions!.stream!.cursor;
  }
}
