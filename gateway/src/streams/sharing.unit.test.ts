import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket, type RawStream } from '../testkit/streamingClient.ts';

const domain = new FakeDomain();
const sockets: RawSocket[] = [];
let parts: Fixture;
let channel: ServedChannel;
let metrics: Metrics;
let version = 0;

beforeAll(async () => {
  parts = await fixture();
  metrics = createMetrics();
  channel = await serveFixture(parts, { bus: domain, feeds: domain, metrics });
});
afterAll(() => channel.close());
beforeEach(() => parts.orders.set('o1', { id: 'o1', owner: 'a', status: 'PLACED', version: 1 }));
afterEach(() => sockets.splice(0).forEach((socket) => socket.cut()));

const follow = async (query: string, token: string): Promise<RawStream> => {
  const socket = await new RawSocket(channel.url).begin(token);
  sockets.push(socket);
  const stream = socket.subscribe(query, {});
  await until(() => stream.messages.length === 1 || stream.isOver);
  return stream;
};
const happen = async (streams: readonly RawStream[]) => {
  parts.calls.length = 0;
  const counts = streams.map(({ messages }) => messages.length + 1);
  version += 1;
  domain.statusChanged('any', version, 'READY');
  await until(() => streams.every(({ messages }, at) => messages.length === counts[at]));
  return parts.calls.length;
};
const last = (stream: RawStream) => Object.values(stream.messages.at(-1)?.data ?? {})[0] as Record<string, unknown>;

it('executes an event once for all callers if the answer does not vary by caller, and reveals none of them', async () => {
  const query = 'subscription{boardChanged(storeId:"1"){for}}';
  const streams = await Promise.all(
    ['a', 'b', 'c'].map(async (subject) => follow(query, await parts.token('customer', subject))),
  );
  expect(await happen(streams)).toBe(1);
  const said = new Set(streams.map((stream) => last(stream)['for'] as string));
  expect([said.size, [...said][0]!.slice(0, 6)]).toEqual([1, 'class:']);
  // Each caller has cursors of its own all the same.
  expect(new Set(streams.map(({ cursor }) => cursor.split('.')[1])).size).toBe(3);
  // Callers of another role have other scopes, so their answers may differ.
  const manager = await follow(query, await parts.token('manager', 'm'));
  expect(await happen([...streams, manager])).toBe(2);
});

it('executes once for each value that the answer varies by, with a token that names nothing else', async () => {
  const query = 'subscription{tillChanged(storeId:"1"){for}}';
  const bound = (subject: string, store: string) =>
    parts.token('customer', subject, { bindings: { store, device: `of ${subject}` } });
  const streams = await Promise.all(
    [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ].map(async ([subject, store]) => follow(query, await bound(subject!, store!))),
  );
  expect(await happen(streams)).toBe(2);
  expect(streams.map((stream) => last(stream)['for'])).toEqual(
    ['1', '1', '2'].map((store) => JSON.stringify([true, { store }])),
  );
});

it('executes for each caller on its own if a type anywhere in the selection does not declare what it varies by', async () => {
  const streams = await Promise.all(
    ['a', 'b'].map(async (subject) =>
      follow('subscription{boardChanged(storeId:"1"){for mine{status}}}', await parts.token('customer', subject)),
    ),
  );
  expect(await happen(streams)).toBe(2);
  expect(streams.map(last)).toEqual([
    { for: 'a', mine: { status: 'PLACED' } },
    { for: 'b', mine: null },
  ]);
});

it('counts executions, shared deliveries and messages', async () => {
  const text = await metrics.text();
  const value = (line: string) =>
    Number(
      text
        .split('\n')
        .find((each) => each.startsWith(line))
        ?.split(' ')
        .at(-1),
    );
  expect(value('drburger_stream_messages_total{channel="kiosk",kind="event"}')).toBe(12);
  expect(value('drburger_stream_shared_deliveries_total')).toBe(5);
  expect(value('drburger_stream_executions_total')).toBeGreaterThanOrEqual(7);
  expect(value('drburger_stream_delay_seconds_count')).toBe(7);
  await until(async () => (await metrics.text()).includes('drburger_stream_connections{channel="kiosk"} 0'));
});

it('executes an event once for documents that differ in names, order and fragments, and answers each in its own', async () => {
  const token = await parts.token('customer', 'a');
  const streams = await Promise.all(
    [
      'subscription One{boardChanged(storeId:"1"){for mine{status}}}',
      'subscription Two{board:boardChanged(storeId:"1"){...Mine whose:for}} fragment Mine on Board{own:mine{is:status}}',
    ].map((query) => follow(query, token)),
  );
  const executions = async () => Number(/drburger_stream_executions_total\{.*\} (\d+)/.exec(await metrics.text())?.[1]);
  const before = await executions();
  await happen(streams);
  expect((await executions()) - before).toBe(1);
  const [one, two] = streams.map(last);
  expect(Object.keys(one!)).toEqual(['for', 'mine']);
  expect(Object.keys(two!)).toEqual(['own', 'whose']);
  expect(two!['whose']).toBe(one!['for']);
  expect(two!['own']).toEqual({ is: (one!['mine'] as { status: string }).status });
});
