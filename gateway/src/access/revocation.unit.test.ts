import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Revocations } from '#platform/identity/revocations.ts';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import { until } from '#platform/testkit/until.ts';
import { valueOf } from '#platform/testkit/prometheusText.ts';
import { EventStreamReader } from '../testkit/eventStreamReader.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const query = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
let parts: Fixture;
/** Tokens of `someone`: one issued before their access is revoked, one after. */
let before: string;
let after: string;
/** When access is revoked: set once, since on a slow machine the tests take longer than the time between the two. */
let between: Date;
/** A token of somebody else. */
let others: string;
let domain: FakeDomain;
let revocations: Revocations;
let channel: ServedChannel;
const metrics = createMetrics();
const sockets: RawSocket[] = [];
const readers: EventStreamReader[] = [];

beforeAll(async () => {
  parts = await fixture();
  before = await parts.token('customer', 'someone', { now: ago(60) });
  between = ago(30);
  after = await parts.token('customer', 'someone');
  others = await parts.token('customer', 'other', { now: ago(60) });
});
beforeEach(async () => {
  domain = new FakeDomain();
  revocations = new Revocations();
  move(1);
  channel = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    cursorKeys: ['k'],
    hub: { gapMs: 5 },
    revocations,
    metrics,
  });
});
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.cut());
  readers.splice(0).forEach((reader) => reader.stop());
  await channel.close();
});

const revoke = () => revocations.add({ subject: 'someone', before: between });
const move = (version: number) => {
  for (const owner of ['someone', 'other']) {
    parts.orders.set(owner, { id: owner, owner, status: `S${version}`, version });
    domain.statusChanged(owner, version, `S${version}`);
  }
};
const ask = async (token: string) => {
  const { status, body } = await channel.post({ query: '{shops{id}}' }, { authorization: `Bearer ${token}` });
  return [status, body.errors?.[0]?.extensions.code];
};
const connect = async (token?: string) => {
  const socket = await new RawSocket(channel.url).begin(token);
  sockets.push(socket);
  return socket;
};
/** The code with which a connection is closed instead of being acknowledged. */
const refusal = async (token: string) => {
  const socket = new RawSocket(channel.url);
  await expect(socket.begin(token)).rejects.toThrow('closed');
  return socket.closed;
};
const follow = async (token: string, id = 'someone') => {
  const stream = (await connect(token)).subscribe(query, { id });
  await until(() => stream.messages.length > 0);
  return stream;
};
const read = async (token: string, headers: Record<string, string> = {}) => {
  const reader = await EventStreamReader.open(channel.url.replace('localhost', '127.0.0.1'), {
    method: 'POST',
    body: JSON.stringify({ query, variables: { id: 'someone' } }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  readers.push(reader);
  return reader;
};

describe('revoked access', () => {
  it('is 401 over HTTP though the token was valid a moment before; a token issued afterwards is valid', async () => {
    expect(await ask(before)).toEqual([200, undefined]);
    revoke();
    expect(await ask(before)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await ask(after)).toEqual([200, undefined]);
    expect((await read(before)).status).toBe(401);
  });

  it('closes sockets with 4403, both idle ones and those with streams', async () => {
    const idle = await connect(before);
    const stream = await follow(before);
    revoke();
    move(2);
    expect(await Promise.all([idle.closed, stream.socket.closed])).toEqual([4403, 4403]);
    expect(stream.marks).toEqual(['snapshot 1']);
    expect(await refusal(before)).toBe(4403);
  });

  it('ends event streams without `complete`', async () => {
    const reader = await read(before);
    await until(() => reader.messages.length === 1);
    revoke();
    move(2);
    await reader.over;
    expect(reader.events.map(({ event }) => event)).toEqual(['next']);
  });

  it('cuts off a client that does not answer the close, and frees its connection', async () => {
    const small = await serveFixture(parts, {
      bus: domain,
      feeds: domain,
      revocations,
      manifest: { streams: { maxConnections: 1 } },
    });
    const stays = await new RawSocket(small.url).begin(before);
    sockets.push(stays);
    stays.socket.pause();
    revoke();
    sockets.push(await until(() => new RawSocket(small.url).begin(after)));
    await small.close();
  });

  it('cuts off a client that does not read, and drops what was queued for it', async () => {
    const stream = await follow(before);
    const reader = await read(before);
    await until(() => reader.messages.length === 1);
    stream.socket.socket.pause();
    revoke();
    const left = async (name: string) => valueOf(await metrics.text(), name, { channel: 'kiosk' });
    await until(
      async () =>
        (await left('drburger_stream_subscriptions')) === 0 && (await left('drburger_stream_connections')) === 0,
    );
  });

  it('affects no other caller, and nobody who signed in since', async () => {
    const [another, anew] = [await follow(others, 'other'), await follow(after)];
    const nobody = await connect();
    revoke();
    move(2);
    await until(() => another.messages.length === 2 && anew.messages.length === 2);
    expect([another.marks, anew.marks]).toEqual([
      ['snapshot 1', 'event 2'],
      ['snapshot 1', 'event 2'],
    ]);
    nobody.send({ type: 'ping' });
    await nobody.heard(({ type }) => type === 'pong');
    expect(await ask(others)).toEqual([200, undefined]);
  });

  it('cannot be undone by renewing: the connection keeps the token that it has', async () => {
    const stream = await follow(after);
    revoke();
    stream.socket.send({ type: 'ping', payload: { authorization: `Bearer ${before}` } });
    expect((await stream.socket.heard(({ type }) => type === 'pong')).payload).toEqual({ accepted: false });
    move(2);
    await until(() => stream.messages.length === 2);
  });

  it('leaves a connection alone that has renewed its token since, until that token is revoked, too', async () => {
    const stream = await follow(before);
    stream.socket.send({ type: 'ping', payload: { authorization: `Bearer ${after}` } });
    expect((await stream.socket.heard(({ type }) => type === 'pong')).payload).toEqual({ accepted: true });
    revoke();
    move(2);
    await until(() => stream.messages.length === 2);
    revocations.add({ subject: 'someone', before: new Date() });
    expect(await stream.socket.closed).toBe(4403);
  });

  it('cannot resume from a cursor that it got before', async () => {
    const stream = await follow(before);
    const { cursor } = stream;
    revoke();
    move(2);
    expect(await refusal(before)).toBe(4403);
    const refused = await read(before, { 'last-event-id': cursor });
    await refused.over;
    expect([refused.status, refused.messages]).toEqual([401, []]);
    // After signing in again, the same caller can resume.
    const anew = (await connect(after)).subscribe(query, { id: 'someone' }, cursor);
    await until(() => anew.messages.length === 1);
    expect(anew.marks).toEqual(['event 2']);
  });

  it('runs no request whose body arrives after the revocation', async () => {
    // In production a request is authenticated once, before its body is read.
    const production = await serveFixture(parts, {
      profile: 'production',
      operations: { Shops: 'query Shops { shops { id } }' },
      revocations,
    });
    let send = (_rest: string) => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from('{"query":'));
        send = (rest) => {
          controller.enqueue(Buffer.from(rest));
          controller.close();
        };
      },
    });
    const verify = parts.identity.verifyClientToken;
    let seen = 0;
    parts.identity.verifyClientToken = async (...of) =>
      verify(...of).finally(() => {
        seen += 1;
      });
    const answer = fetch(production.url.replace('localhost', '127.0.0.1'), {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${before}` },
    } as RequestInit);
    await until(() => seen > 0);
    parts.identity.verifyClientToken = verify;
    revoke();
    send('"query Shops { shops { id } }"}');
    expect((await answer).status).toBe(401);
    await production.close();
  });
});
