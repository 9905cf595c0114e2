import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import type { EventTail } from './feeds/eventTail.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const query = 'subscription Status($id: ID!){orderStatusChanged(orderId:$id){id status version}}';
let parts: Fixture;
let domain: FakeDomain;
let token: string;
const opened: { close(): Promise<void> }[] = [];
const sockets: RawSocket[] = [];

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
});
beforeEach(() => {
  domain = new FakeDomain();
  parts.calls.length = 0;
  parts.down.clear();
  parts.gate = () => Promise.resolve();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S1', version: 1 });
  domain.statusChanged('o1', 1, 'S1');
});
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.cut());
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** Starts a channel that hears the bus by itself, as another process does. */
const replica = async (
  streams: Partial<StreamPolicy> = {},
  keys = ['secret'],
  name = 'kiosk',
  bus: EventTail = { tail: (topics, handle) => domain.tail(topics, handle) },
): Promise<ServedChannel> => {
  const served = await serveFixture(parts, {
    bus,
    feeds: domain,
    cursorKeys: keys,
    hub: { gapMs: 5 },
    manifest: { name, streams: { retryMs: 5, behindPatienceMs: 30, ...streams } },
  });
  opened.push(served);
  return served;
};
const connect = async (to: ServedChannel, as = token): Promise<RawSocket> => {
  const socket = await new RawSocket(to.url).begin(as);
  sockets.push(socket);
  return socket;
};
const move = (to: number, from = parts.orders.get('o1')!.version + 1) => {
  for (let version = from; version <= to; version += 1) {
    parts.orders.set('o1', { ...parts.orders.get('o1')!, version, status: `S${version}` });
    domain.statusChanged('o1', version, `S${version}`);
  }
};
const begun = async (socket: RawSocket) => {
  const stream = socket.subscribe(query, { id: 'o1' });
  await until(() => stream.messages.length > 0);
  return stream;
};

describe('a stream resumed from a cursor', () => {
  it('gets the missed events on another replica, each with the status it carries, and goes on', async () => {
    const [one, other] = await Promise.all([replica(), replica()]);
    const first = await begun(await connect(one));
    move(3);
    await until(() => first.messages.length === 3);
    first.socket.cut();
    move(6);
    const second = (await connect(other)).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.messages.length === 3);
    move(7);
    await until(() => second.messages.length === 4);
    expect(first.marks).toEqual(['snapshot 1', 'event 2', 'event 3']);
    expect(second.marks).toEqual(['event 4', 'event 5', 'event 6', 'event 7']);
    expect(second.messages.map(({ data }) => data?.['orderStatusChanged'])).toEqual(
      [4, 5, 6, 7].map((version) => ({ id: 'o1', status: `S${version}`, version })),
    );
  });

  it('goes on without a gap or resync on a replica that hears events later than the last one', async () => {
    let isDeaf = false;
    const late: EventTail = {
      tail: (topics, handle) =>
        domain.tail(topics, (message) => {
          if (!isDeaf) handle(message);
        }),
    };
    const [one, other] = await Promise.all([replica(), replica({}, ['secret'], 'kiosk', late)]);
    const [first, waiting] = [await begun(await connect(one)), await begun(await connect(other))];
    isDeaf = true;
    move(3);
    await until(() => first.messages.length === 3);
    first.socket.cut();
    const second = (await connect(other)).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.messages.length > 0 || waiting.messages.length === 3);
    expect(second.marks).toEqual([]);
    isDeaf = false;
    move(5);
    await until(() => second.messages.length >= 2 && waiting.messages.length === 5);
    expect(second.marks).toEqual(['event 4', 'event 5']);
    expect(waiting.marks).toEqual(['snapshot 1', 'event 2', 'event 3', 'event 4', 'event 5']);
  });

  it('gets no message if nothing was missed, and reads nothing', async () => {
    const one = await replica();
    const first = await begun(await connect(one));
    first.socket.cut();
    const before = parts.calls.length;
    const second = (await connect(one)).subscribe(query, { id: 'o1' }, first.cursor);
    const socket = second.socket;
    socket.send({ type: 'ping' });
    await socket.heard(({ type }) => type === 'pong');
    expect([second.messages, parts.calls.length]).toEqual([[], before]);
    move(2);
    await until(() => second.messages.length === 1);
    expect(second.marks).toEqual(['event 2']);
  });

  it('gets missed events from the memory of the process while they are kept', async () => {
    const one = await replica();
    const watching = await begun(await connect(one));
    const first = await begun(await connect(one));
    first.socket.cut();
    move(5);
    await until(() => watching.messages.length === 5);
    const reads = domain.reads;
    const second = (await connect(one)).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.messages.length === 4);
    expect(second.marks).toEqual(['event 2', 'event 3', 'event 4', 'event 5']);
    expect(domain.reads).toBe(reads);
  });

  it.each<[string, () => void, string]>([
    ['more than 64', () => move(66), 'resync 66 too-far-behind'],
    [
      'what is no longer kept',
      () => {
        move(20);
        domain.forgotten = 10;
      },
      'resync 20 expired',
    ],
    [
      'another history',
      () => {
        domain.beginAnew();
        move(3, 2);
      },
      'resync 3 epoch-changed',
    ],
  ])('of one who missed %s is a snapshot that says so', async (_what, happen, mark) => {
    const first = await begun(await connect(await replica()));
    first.socket.cut();
    happen();
    // This replica started afterwards, so it has not heard the events.
    const second = (await connect(await replica())).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.messages.length === 1);
    move(parts.orders.get('o1')!.version + 1);
    await until(() => second.messages.length === 2);
    expect(second.marks).toEqual([mark, `event ${parts.orders.get('o1')!.version}`]);
  });

  it('gets up to 64 missed events, and no snapshot', async () => {
    const [one, other] = await Promise.all([replica(), replica()]);
    const first = await begun(await connect(one));
    first.socket.cut();
    move(65);
    const second = (await connect(other)).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.messages.length === 64);
    expect(second.marks).toEqual(Array.from({ length: 64 }, (_, at) => `event ${at + 2}`));
  });

  it('ends if its order now belongs to somebody else, without telling what happened since', async () => {
    const one = await replica();
    const first = await begun(await connect(one));
    first.socket.cut();
    move(3);
    parts.orders.get('o1')!.owner = 'other';
    const second = (await connect(one)).subscribe(query, { id: 'o1' }, first.cursor);
    await until(() => second.isOver);
    expect(second.messages).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
    expect(JSON.stringify(second.socket.frames)).not.toContain('S3');
  });
});

describe('an invalid cursor', () => {
  it('is refused before anything is read: of another caller, document, variables, channel or key, changed, or nonsense', async () => {
    const [one, web, foreign] = await Promise.all([
      replica(),
      replica({}, ['secret'], 'web'),
      replica({}, ['other secret']),
    ]);
    parts.orders.set('o2', { id: 'o2', owner: 'someone', status: 'S1', version: 1 });
    const { cursor } = await begun(await connect(one));
    const [mine, others, elsewhere, unknown] = await Promise.all([
      connect(one),
      connect(one, await parts.token('customer', 'other')),
      connect(web),
      connect(foreign),
    ]);
    const before = parts.calls.length;
    const refused = [
      others.subscribe(query, { id: 'o1' }, cursor),
      mine.subscribe(query.replace('version', ''), { id: 'o1' }, cursor),
      mine.subscribe(query, { id: 'o2' }, cursor),
      elsewhere.subscribe(query, { id: 'o1' }, cursor),
      unknown.subscribe(query, { id: 'o1' }, cursor),
      mine.subscribe(query, { id: 'o1' }, cursor.replace(/\.1\./, '.0.')),
      mine.subscribe(query, { id: 'o1' }, `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`),
      ...['', 'x', '1.2.3.4.5', cursor.repeat(1_000)].map((each) => mine.subscribe(query, { id: 'o1' }, each)),
      ...[1, {}, [cursor], true].map((each) => mine.subscribe(query, { id: 'o1' }, each as string)),
    ];
    await until(() => refused.every(({ isOver }) => isOver));
    expect(refused.map(({ refusal }) => refusal)).toEqual(refused.map(() => 'CURSOR_INVALID'));
    expect(parts.calls.length).toBe(before);
    // Another layout does not make another document, and null counts as no cursor.
    const good = [
      mine.subscribe(query.replace('{id', '{  id\n'), { id: 'o1' }, cursor),
      mine.subscribe(query, { id: 'o1' }, null as unknown as string),
    ];
    move(2);
    await until(() => good.every(({ messages }) => messages.length > 0));
    expect(good.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
    expect(good[0]!.marks).toEqual(['event 2']);
  });
});

describe('a stream whose process missed events', () => {
  it('reads what the bus lost from the domain, and sends it in order', async () => {
    const stream = await begun(await connect(await replica()));
    domain.loses = ({ metadata }) => [3, 4, 6].includes(metadata.aggregateVersion);
    move(7);
    await until(() => stream.messages.length === 7);
    expect(stream.marks).toEqual(['snapshot 1', ...[2, 3, 4, 5, 6, 7].map((version) => `event ${version}`)]);
  });

  it('finds a lost last event, too, though no later one shows the gap', async () => {
    const bus: EventTail = { tail: (topics, handle) => domain.tail(topics, handle) };
    const served = await serveFixture(parts, { bus, feeds: domain, hub: { gapMs: 5, sweepMs: 20 } });
    opened.push(served);
    const stream = await begun(await connect(served));
    domain.loses = () => true;
    move(3);
    await until(() => stream.messages.length === 3);
    expect(stream.marks).toEqual(['snapshot 1', 'event 2', 'event 3']);
  });

  it('reads an answer again that is older than the event, then sends what the event carries', async () => {
    const stream = await begun(await connect(await replica({ behindPatienceMs: 5_000 })));
    domain.statusChanged('o1', 2, 'S2');
    await until(() => parts.calls.length >= 4);
    expect(stream.messages).toHaveLength(1);
    parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S2', version: 2 });
    await until(() => stream.messages.length === 2);
    expect(stream.marks).toEqual(['snapshot 1', 'event 2']);
  });

  it('waits for a subgraph that is down; after too long it ends without a cursor, and can be resumed', async () => {
    // Longer than its circuit stays open.
    const one = await replica({ failurePatienceMs: 2_000 });
    const stream = await begun(await connect(one));
    parts.down.add('orders');
    move(2);
    await until(() => parts.calls.length >= 3);
    parts.down.clear();
    await until(() => stream.messages.length === 2);
    parts.down.add('orders');
    move(3);
    await until(() => stream.isOver);
    expect(stream.marks).toEqual(['snapshot 1', 'event 2', '']);
    expect(stream.messages[2]).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    parts.down.clear();
    const again = stream.socket.subscribe(query, { id: 'o1' }, stream.messages[1]!.extensions!.stream!.cursor);
    await until(() => again.messages.length === 1);
    expect(again.marks).toEqual(['event 3']);
  });

  it('is refused while the domain cannot tell the version of the feed', async () => {
    domain.isDown = true;
    const stream = (await connect(await replica())).subscribe(query, { id: 'o1' });
    await until(() => stream.isOver);
    expect(stream.messages).toMatchObject([{ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }]);
  });
});

describe('a stream that has an end', () => {
  const complete = (status: string) => {
    parts.orders.set('o1', { ...parts.orders.get('o1')!, version: 2, status });
    domain.statusChanged('o1', 2, status);
  };

  it('completes after its last message, also when it is begun or resumed after the end', async () => {
    const [one, other] = await Promise.all([replica(), replica()]);
    const [first, cut] = [await begun(await connect(one)), await begun(await connect(one))];
    const early = cut.cursor;
    cut.socket.cut();
    complete('COMPLETED');
    await until(() => first.isOver);
    expect([first.marks, first.refusal]).toEqual([['snapshot 1', 'event 2'], undefined]);
    const socket = await connect(other);
    const [begins, missed, had] = [
      socket.subscribe(query, { id: 'o1' }),
      socket.subscribe(query, { id: 'o1' }, early),
      socket.subscribe(query, { id: 'o1' }, first.cursor),
    ];
    await until(() => begins.isOver && missed.isOver && had.isOver);
    expect([begins.marks, missed.marks, had.marks]).toEqual([['snapshot 2'], ['event 2'], []]);
    expect([begins, missed, had].map(({ refusal }) => refusal)).toEqual([undefined, undefined, undefined]);
  });
});
