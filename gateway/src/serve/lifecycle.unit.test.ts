import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, fixtureSources, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { EventStreamReader } from '../testkit/eventStreamReader.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const query = 'subscription Status($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const withTotal = query.replace('version', 'version total');
let parts: Fixture;
let domain: FakeDomain;
let token: string;
const opened: ServedChannel[] = [];
const sockets: RawSocket[] = [];

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
});
beforeEach(() => {
  domain = new FakeDomain();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S1', version: 1 });
  domain.statusChanged('o1', 1, 'S1');
});
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.cut());
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const serve = async (streams: Partial<StreamPolicy> = {}) => {
  const served = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    manifest: { streams },
  });
  opened.push(served);
  return served;
};
const connect = async (to: ServedChannel, as = token) => {
  const socket = await new RawSocket(to.url).begin(as);
  sockets.push(socket);
  return socket;
};
const begun = async (socket: RawSocket, text = query) => {
  const stream = socket.subscribe(text, { id: 'o1' });
  await until(() => stream.messages.length > 0);
  return stream;
};
const move = (version: number) => {
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: `S${version}`, version });
  domain.statusChanged('o1', version, `S${version}`);
};

describe('a new supergraph', () => {
  const withoutTotal = () =>
    fixtureSources((text) =>
      text
        .replace('version: Int! shop: Shop! total: Int!', 'version: Int! noted: String shop: Shop!')
        .replaceAll('shop total"', 'noted shop"'),
    );

  it('is switched to without dropping a subscription whose document is valid in it; others end and are told why', async () => {
    const channel = await serve();
    const socket = await connect(channel);
    const [fits, outdated] = [await begun(socket), await begun(socket, withTotal)];
    move(2);
    await until(() => fits.messages.length === 2 && outdated.messages.length === 2);
    await channel.reloadWith(withoutTotal());
    move(3);
    await until(() => fits.messages.length === 3 && outdated.isOver);
    expect(fits.marks).toEqual(['snapshot 1', 'event 2', 'event 3']);
    expect(outdated.messages.at(-1)?.errors?.[0]?.extensions.code).toBe('DOCUMENT_OUTDATED');
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    // New requests are served by the new graph.
    const anew = socket.subscribe(withTotal, { id: 'o1' });
    await until(() => anew.isOver);
    expect(anew.refusal).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(
      (await channel.post({ query: '{order(orderId:"o1"){total}}' }, { authorization: `Bearer ${token}` })).body
        .errors?.[0]?.extensions.code,
    ).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('may come at any moment: no version is left out or sent twice', async () => {
    const channel = await serve();
    const stream = await begun(await connect(channel));
    for (let version = 2; version <= 30; version += 1) {
      move(version);
      if (version % 5 === 0) await channel.reloadWith(version % 2 === 0 ? fixtureSources() : withoutTotal());
    }
    await until(() => stream.messages.length === 30);
    expect(stream.marks).toEqual(['snapshot 1', ...Array.from({ length: 29 }, (_, at) => `event ${at + 2}`)]);
  });

  it('that is invalid is refused, and the old one stays', async () => {
    const channel = await serve();
    const stream = await begun(await connect(channel));
    await expect(channel.reload('type Query { nothing: Int }')).rejects.toThrow();
    move(2);
    await until(() => stream.messages.length === 2);
  });
});

describe('a token renewed in band', () => {
  const renew = async (socket: RawSocket, as: string) => {
    socket.send({ type: 'ping', payload: { authorization: `Bearer ${as}` } });
    return (await socket.heard(({ type, payload }) => type === 'pong' && payload !== undefined)).payload;
  };

  it('lets streams go on beyond the expiry of the first token', async () => {
    const channel = await serve();
    const socket = await connect(channel, await parts.token('customer', 'someone', { lifetimeSeconds: 1 }));
    const stream = await begun(socket);
    expect(await renew(socket, token)).toEqual({ accepted: true });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    move(2);
    await until(() => stream.messages.length === 2);
    expect(stream.marks).toEqual(['snapshot 1', 'event 2']);
  });

  it('is refused if it belongs to another caller, and changes nothing then', async () => {
    const channel = await serve();
    const socket = await connect(channel);
    const stream = await begun(socket);
    for (const other of [
      await parts.token('customer', 'other'),
      await parts.token('customer', 'someone', { bindings: { store: '1' } }),
      await parts.token('courier'),
      'nonsense',
    ]) {
      expect(await renew(socket, other)).toEqual({ accepted: false });
      socket.frames.length = 0;
    }
    move(2);
    await until(() => stream.messages.length === 1);
    expect(stream.marks).toEqual(['event 2']);
  });

  it('brings its rights: fields that they do not allow are refused from the next event on', async () => {
    const channel = await serve();
    const socket = await connect(channel, await parts.token('admin'));
    const stream = await begun(socket, query.replace('version', 'version shop{takings}'));
    expect(await renew(socket, await parts.token('customer'))).toEqual({ accepted: true });
    move(2);
    await until(() => stream.messages.length === 2);
    expect(stream.marks).toEqual(['snapshot 1', 'event 2']);
    const takings = stream.messages.map(
      ({ data }) => (data?.['orderStatusChanged'] as { shop: { takings: number | null } }).shop.takings,
    );
    expect(takings).toEqual([100, null]);
    expect(stream.messages[1]?.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a channel that closes', () => {
  it('closes its sockets with 1001 a few at a time, and sends events until then', async () => {
    const channel = await serve({ drainMs: 200 });
    const all = await Promise.all(Array.from({ length: 60 }, () => connect(channel)));
    const codes: number[] = [];
    all.forEach((socket) => void socket.closed.then((code) => codes.push(code)));
    const last = await begun(all.at(-1)!);
    const closing = channel.close();
    await until(() => codes.length > 0);
    expect(codes.length).toBeLessThan(60);
    move(2);
    await until(() => last.messages.length === 2);
    await closing;
    await until(() => codes.length === 60);
    expect(new Set(codes)).toEqual(new Set([1001]));
  });

  it('ends its event streams a few at a time, too, and is not closed before the last', async () => {
    const channel = await serve({ drainMs: 200 });
    const all = await Promise.all(
      Array.from({ length: 60 }, () =>
        EventStreamReader.open(channel.url.replace('localhost', '127.0.0.1'), {
          method: 'POST',
          body: JSON.stringify({ query, variables: { id: 'o1' } }),
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        }),
      ),
    );
    await until(() => all.every(({ messages }) => messages.length === 1));
    let over = 0;
    all.forEach((reader) => void reader.over.then(() => (over += 1)));
    const closing = channel.close();
    await until(() => over > 0);
    expect(over).toBeLessThan(60);
    move(2);
    await until(() => all.some(({ messages }) => messages.length === 2));
    await closing;
    await until(() => over === 60);
    expect(all.flatMap(({ events }) => events).every(({ event }) => event === 'next')).toBe(true);
  });
});

describe('a connection', () => {
  it('that has reached its maximum age is closed with 1001', async () => {
    const socket = await connect(await serve({ maxAgeMs: 50, pingMs: 20 }));
    socket.subscribe(query, { id: 'o1' });
    expect(await socket.closed).toBe(1001);
  });

  it('waits for its upgrade when many come at once, and is refused with 503 when too many wait', async () => {
    const channel = await serve({ maxWaitingUpgrades: 40, maxConnectionsPerCaller: 1_000 });
    const all = await Promise.allSettled(Array.from({ length: 400 }, () => connect(channel)));
    const taken = all.filter(({ status }) => status === 'fulfilled').length;
    expect(taken).toBeGreaterThanOrEqual(40);
    // The refused ones have freed their places.
    await connect(channel);
  });
});
