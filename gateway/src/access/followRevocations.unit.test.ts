import { Code, ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { longestTokenLifeMs, type Revocation } from '#platform/identity/revocations.ts';
import { localNetwork, type RpcNetwork } from '#platform/rpc/network.ts';
import { service } from '#platform/rpc/service.ts';
import { until } from '#platform/testkit/until.ts';
import { CustomerAccessRevoked } from '#schema/events/customers.ts';
import { StoreDeviceRevoked } from '#schema/events/stores.ts';
import { followRevocations, type FollowedRevocations } from './followRevocations.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket } from '../testkit/streamingClient.ts';

const query = 'subscription($id: ID!){orderStatusChanged(orderId:$id){status version}}';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
/** What the customers domain has recorded. It answers in pages of two. */
const recorded: Revocation[] = [];
/** The time from which on each of the domain's calls asked. */
const asked: Date[] = [];
let isDown = false;
let parts: Fixture;
let network: RpcNetwork;
let bus: FakeDomain;
let token: string;
let logged: string[] = [];
const closing: { close(): Promise<void> }[] = [];
const sockets: RawSocket[] = [];

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer', 'someone', { now: ago(60) });
  network = localNetwork(parts.identity);
  await network.serve('customers', [
    service(AccessQueryService, ['gateway'], {
      listRevocations({ after, afterSubject }) {
        if (isDown) throw new ConnectError('down', Code.Unavailable);
        const place = new Date(after);
        if (afterSubject === '') asked.push(place);
        const key = ({ subject, before }: Revocation) => `${before.toISOString()} ${subject}`;
        const later = recorded
          .filter((each) => key(each) > key({ subject: afterSubject, before: place }))
          .sort((a, b) => (key(a) < key(b) ? -1 : 1));
        return {
          revocations: later.slice(0, 2).map(({ subject, before }) => ({ subject, before: before.toISOString() })),
        };
      },
    }),
  ]);
});
beforeEach(() => {
  bus = new FakeDomain();
  recorded.length = 0;
  asked.length = 0;
  logged = [];
  isDown = false;
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'S1', version: 1 });
  bus.statusChanged('o1', 1, 'S1');
});
afterEach(async () => {
  sockets.splice(0).forEach((socket) => socket.cut());
  for (const each of closing.splice(0).reverse()) await each.close();
});

const log = pino(
  { level: 'info' },
  {
    write: (line: string) => {
      logged.push((JSON.parse(line) as { msg: string }).msg);
    },
  },
);
const follow = async (over: { askEveryMs?: number } = {}): Promise<FollowedRevocations> => {
  const followed = await followRevocations({ bus, network, log, retryMs: 5, ...over });
  closing.push(followed);
  return followed;
};
/** A channel with revocations of its own, as in a process of its own. */
const replica = async (): Promise<ServedChannel> => {
  const { revocations } = await follow();
  const served = await serveFixture(parts, { bus, feeds: bus, cursorKeys: ['k'], hub: { gapMs: 5 }, revocations });
  closing.push(served);
  return served;
};
const connect = async (to: ServedChannel, as = token) => {
  const socket = await new RawSocket(to.url).begin(as);
  sockets.push(socket);
  return socket;
};
const revoked = (subject: string, before: Date) => {
  recorded.push({ subject, before });
  say(CustomerAccessRevoked, subject, before, { subject, before: before.toISOString() });
};
const say = (of: { topic: string; name: string; domain: string }, subject: string, at: Date, data: object) =>
  bus.say(of.topic, {
    eventId: subject,
    eventType: of.name,
    version: '1.0',
    timestamp: at.toISOString(),
    source: `${of.domain}-service`,
    data,
    metadata: {
      aggregateId: `access:${subject}`,
      aggregateVersion: 1,
      causationId: 'c',
      correlationId: 'c',
      actor: 'user:admin',
      traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    },
  });
const status = async (channel: ServedChannel, as = token) =>
  (await channel.post({ query: '{shops{id}}' }, { authorization: `Bearer ${as}` })).status;

it('reaches every replica at once, also replicas that start afterwards, and affects no other caller', async () => {
  const replicas = [await replica(), await replica()];
  const streams = await Promise.all(replicas.map(async (each) => (await connect(each)).subscribe(query, { id: 'o1' })));
  const other = await connect(replicas[0]!, await parts.token('customer', 'other', { now: ago(60) }));
  await until(() => streams.every(({ messages }) => messages.length === 1));
  revoked('someone', ago(30));
  expect(await Promise.all(streams.map(({ socket }) => socket.closed))).toEqual([4403, 4403]);
  const late = await replica();
  expect(await Promise.all([...replicas, late].map((each) => status(each)))).toEqual([401, 401, 401]);
  // A cursor from before the revocation is refused on any replica.
  const socket = new RawSocket(late.url);
  await expect(socket.begin(token)).rejects.toThrow('closed');
  expect(await socket.closed).toBe(4403);
  const anew = await parts.token('customer', 'someone');
  expect(await Promise.all([...replicas, late].map((each) => status(each, anew)))).toEqual([200, 200, 200]);
  other.send({ type: 'ping' });
  await other.heard(({ type }) => type === 'pong');
}, 30_000);

it('of a device is told by the stores, and ends what the device has open', async () => {
  const deviceId = '01980000-0000-7000-8000-000000000001';
  const channel = await replica();
  const socket = await connect(channel, await parts.token('customer', deviceId, { now: ago(60) }));
  const other = await connect(channel);
  say(StoreDeviceRevoked, deviceId, ago(30), { deviceId, storeId: deviceId, at: ago(30).toISOString() });
  expect(await socket.closed).toBe(4403);
  other.send({ type: 'ping' });
  await other.heard(({ type }) => type === 'pong');
});

it('is read as far back as a token can live, over all pages', async () => {
  for (const subject of ['a', 'b', 'c']) recorded.push({ subject, before: ago(3_600) });
  recorded.push({ subject: 'd', before: ago(60) });
  const { revocations } = await follow();
  expect(asked[0]!.getTime()).toBeLessThan(Date.now() - longestTokenLifeMs);
  expect(['a', 'b', 'c', 'd', 'e'].map((subject) => revocations.isRevoked(subject, ago(7_200)))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
});

it('is not known while the domain is down, which is logged, and is read when the domain is back', async () => {
  isDown = true;
  const channel = await replica();
  recorded.push({ subject: 'someone', before: ago(30) });
  const socket = await connect(channel);
  expect(await status(channel)).toBe(200);
  expect(logged).toEqual([
    'the customers domain cannot be asked for revocations; tokens revoked since then may be let in',
  ]);
  isDown = false;
  expect(await socket.closed).toBe(4403);
  expect(await status(channel)).toBe(401);
  await until(() => logged.includes('the customers domain answers again: all revocations are known'));
  expect(logged).toHaveLength(2);
});

it('becomes known even if its event was lost on the bus', async () => {
  const { revocations } = await follow({ askEveryMs: 5 });
  bus.loses = () => true;
  revoked('lost', ago(1));
  await until(() => revocations.isRevoked('lost', ago(60)));
  // The second question does not go back as far as the first one.
  expect(asked.at(-1)!.getTime()).toBeGreaterThan(Date.now() - 3_600_000);
});

it('is no longer followed once closed', async () => {
  const followed = await follow({ askEveryMs: 5 });
  await until(() => asked.length > 2);
  await followed.close();
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked).toHaveLength(before);
  expect(bus.open).toEqual([]);
});
