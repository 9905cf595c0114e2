import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StreamClient, type StreamClientOptions, type StreamState } from './streamClient.ts';

interface Said {
  readonly id?: string;
  readonly type: string;
}

/** A server without a network, that answers at once: what it says to a subscription is for each test to say. */
let answer: (socket: FakeSocket, id: string) => void;
let sockets: FakeSocket[];
/** Of new sockets: nobody ever answers. */
let isBlackHole: boolean;
/** Of new sockets: they break before they are acknowledged. */
let isDown: boolean;
/** Of new sockets: there are too many, and they are to come back in half a minute. */
let isFull: boolean;
/** Of all sockets: what was open says nothing any more, not even that it closed. */
let isStalled: boolean;

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = FakeSocket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: unknown = null;

  constructor(url: string) {
    void new URL(url);
    sockets.push(this);
    if (isBlackHole) return;
    setTimeout(() => {
      this.readyState = FakeSocket.OPEN;
      this.onopen?.();
    });
  }

  send(text: string): void {
    if (isStalled) return;
    const { id, type } = JSON.parse(text) as Said;
    if (type === 'connection_init')
      setTimeout(() =>
        isFull
          ? this.end(1013, 'Too many connections; retry-after=30')
          : isDown
            ? this.end(1006)
            : this.say({ type: 'connection_ack' }),
      );
    if (type === 'ping') setTimeout(() => this.say({ type: 'pong', payload: { accepted: true } }));
    if (type === 'subscribe') setTimeout(() => answer(this, id!));
  }

  say(message: object): void {
    if (this.readyState === FakeSocket.OPEN) this.onmessage?.({ data: JSON.stringify(message) });
  }

  end(code: number, reason = ''): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code, reason });
  }

  close(code = 1005): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSING;
    // The other side says farewell, too.
    if (!isStalled) setTimeout(() => this.end(code));
  }

  addEventListener(): void {
    // It never has an error.
  }
}

const snapshot = (socket: FakeSocket, id: string): void =>
  socket.say({
    id,
    type: 'next',
    payload: { data: { n: 1 }, extensions: { stream: { kind: 'snapshot', version: 1, cursor: 'c1' } } },
  });
const clientOf = (options: Partial<StreamClientOptions> = {}): StreamClient =>
  new StreamClient({ url: 'ws://nowhere/graphql', webSocketImpl: FakeSocket, ...options });
const minute = 60_000;

function read(client: StreamClient, onState: (state: StreamState) => void = () => undefined) {
  const states: StreamState[] = [];
  const stream = client.stream(
    'subscription { n }',
    {},
    {
      onState: (state) => {
        states.push(state);
        onState(state);
      },
    },
  );
  return {
    stream,
    states,
    next: stream.next().then(
      ({ value }) => value?.version,
      (error: unknown) => error,
    ),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  answer = snapshot;
  sockets = [];
  isBlackHole = false;
  isDown = false;
  isFull = false;
  isStalled = false;
});
afterEach(() => vi.useRealTimers());

describe('an attempt that fails before there is a socket', () => {
  it.each([
    [
      'a url function that throws',
      () => {
        throw new Error('no address');
      },
      'no address',
    ],
    ['an address that is none', () => 'no address', 'Invalid URL'],
  ])('is told, and made again after ever longer waits: %s', async (_, broken, message) => {
    let asked = 0;
    const client = clientOf({
      url: () => {
        asked += 1;
        return asked > 10 ? 'ws://nowhere/graphql' : broken();
      },
    });
    const { next, states } = read(client);
    await vi.advanceTimersByTimeAsync(minute);
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(10);
    expect(states[0]).toMatchObject({ status: 'connecting', cause: { code: 'NETWORK', message } });
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(await next).toBe(1);
    client.close();
  });

  it.each([
    ['never gives one', () => new Promise<string>(() => undefined)],
    ['gives nothing', () => undefined as unknown as string],
  ])('is told, and made again: a token function that %s', async (_, broken) => {
    let asked = 0;
    const { next, states } = read(
      clientOf({
        token: () => {
          asked += 1;
          return asked > 3 ? 'token' : broken();
        },
      }),
    );
    await vi.advanceTimersByTimeAsync(31_000);
    expect(states[0]).toMatchObject({ status: 'connecting', cause: { code: 'TOKEN_UNAVAILABLE' } });
    await vi.advanceTimersByTimeAsync(2 * minute);
    expect([await next, asked]).toEqual([1, 4]);
  });
});

describe('a subscription', () => {
  it('that takes long to fail, again and again, is asked for less and less', async () => {
    let asked = 0;
    answer = (socket, id) => {
      asked += 1;
      setTimeout(
        () =>
          socket.say({
            id,
            type: 'error',
            payload: [{ message: 'down', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
          }),
        6_000,
      );
    };
    const { states, stream } = read(clientOf({ keepAliveMs: 0 }));
    await vi.advanceTimersByTimeAsync(10 * minute);
    // Some 90 with waits that never grow.
    expect(asked).toBeLessThan(40);
    expect(states.at(-1)).toMatchObject({ status: 'reconnecting', cause: { code: 'SUBGRAPH_UNAVAILABLE' } });
    answer = snapshot;
    await vi.advanceTimersByTimeAsync(minute);
    expect(stream.state.status).toBe('live');
  });
});

describe('a server that says after how long to come back', () => {
  const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000);

  it('is heeded where it closes a connection', async () => {
    isFull = true;
    const { next } = read(clientOf());
    await seconds(29);
    expect(sockets).toHaveLength(1);
    isFull = false;
    await seconds(17);
    expect([await next, sockets.length]).toEqual([1, 2]);
  });

  it('is heeded where it refuses a subscription', async () => {
    let asked = 0;
    answer = (socket, id) => {
      asked += 1;
      const errors = [{ message: 'full', extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 30 } }];
      if (asked === 1) socket.say({ id, type: 'error', payload: errors });
      else snapshot(socket, id);
    };
    const { next } = read(clientOf());
    await seconds(29);
    expect(asked).toBe(1);
    await seconds(17);
    expect([await next, asked]).toEqual([1, 2]);
  });
});

describe('a clock that is ahead by more than a token lives', () => {
  it('leads to no rush for tokens', async () => {
    const occasions: string[] = [];
    const client = clientOf({
      token: (occasion) => {
        occasions.push(occasion);
        return `e30.${btoa(JSON.stringify({ exp: Math.floor((Date.now() - 10 * minute) / 1_000) }))}.x`;
      },
    });
    const { next } = read(client);
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(await next).toBe(1);
    expect(new Set(occasions)).toEqual(new Set(['connect', 'renew']));
    // 600 without a bound. Often enough for one that lives a minute.
    expect(occasions.length).toBeLessThan(60);
    expect(occasions.length).toBeGreaterThan(20);
    client.close();
  });
});

describe('an onState that throws', () => {
  it.each(['live', 'ended'])('ends its stream with what it threw, and no other: %s', async (when) => {
    const client = clientOf();
    const other = read(client);
    const error = new Error('of the page');
    let isWrong = when === 'live';
    const { stream, next } = read(client, ({ status }) => {
      if (isWrong && status === when) throw error;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await other.next).toBe(1);
    if (when === 'live') expect(await next).toBe(error);
    else {
      expect(await next).toBe(1);
      isWrong = true;
      const last = stream.next().catch((thrown: unknown) => thrown);
      sockets[0]!.say({ type: 'pong' });
      await stream.return();
      expect(await last).toBe(error);
    }
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect([other.stream.state.status, sockets.length]).toEqual(['live', 1]);
    client.close();
  });
});

describe('a client that nobody needs', () => {
  const closedWhile: [string, Partial<StreamClientOptions>, () => void][] = [
    [
      'it waits to connect again',
      {},
      () => {
        isDown = true;
      },
    ],
    [
      'nobody answers',
      {},
      () => {
        isBlackHole = true;
      },
    ],
    ['it waits for a token', { token: () => new Promise<string>(() => undefined) }, () => undefined],
    ['it waits for the acknowledgement, and then the line breaks', {}, () => undefined],
    ['it is heard', {}, () => undefined],
  ];
  it.each(closedWhile)('is closed, and leaves no timer behind: %s', async (when, options, prepare) => {
    prepare();
    const client = clientOf(options);
    const { next, stream } = read(client);
    await vi.advanceTimersByTimeAsync(when.includes('acknowledgement') ? 0 : 20);
    client.close();
    if (when.includes('breaks')) sockets[0]!.end(1006);
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
    expect([when === 'it is heard' ? 1 : undefined, 'ended']).toEqual([await next, stream.state.status]);
  });

  it('and then again finds a line that had gone dead unnoticed: waits for no farewell', async () => {
    const client = clientOf();
    const first = read(client);
    await vi.advanceTimersByTimeAsync(20);
    expect(await first.next).toBe(1);
    isStalled = true;
    await first.stream.return();
    const second = read(client);
    await vi.advanceTimersByTimeAsync(20);
    isStalled = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([await second.next, sockets.length]).toEqual([1, 2]);
    isStalled = true;
    client.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('and then again, at once, waits no less', async () => {
    isDown = true;
    const client = clientOf();
    let { stream } = read(client);
    for (let times = 0; times < 50; times += 1) {
      await vi.advanceTimersByTimeAsync(20);
      void stream.return();
      ({ stream } = read(client));
    }
    expect(sockets.length).toBeLessThan(5);
  });

  it('after an outage waits once: streams that end soon, one after the other, begin at once', async () => {
    isDown = true;
    const client = clientOf();
    const first = read(client);
    await vi.advanceTimersByTimeAsync(2 * minute);
    isDown = false;
    await vi.advanceTimersByTimeAsync(minute);
    expect(await first.next).toBe(1);
    answer = (socket, id) => {
      snapshot(socket, id);
      socket.say({ id, type: 'complete' });
    };
    await first.stream.return();
    for (let times = 0; times < 5; times += 1) {
      const { next, stream } = read(client);
      const over = next.then(() => stream.next());
      await vi.advanceTimersByTimeAsync(20);
      expect(await Promise.race([over, Promise.resolve('nothing yet')])).toMatchObject({ done: true });
    }
  });
});
