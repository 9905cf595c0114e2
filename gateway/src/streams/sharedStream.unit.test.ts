import { buildSchema, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { anonymous } from '#platform/identity/principal.ts';
import { until } from '#platform/testkit/until.ts';
import { defaultStreamPolicy, type StreamPolicy } from '../channelManifest.ts';
import type { Graph } from '../graph/graph.ts';
import { LruCache } from '../documents/lruCache.ts';
import { FakeTail } from '../testkit/fakeTail.ts';
import { KeptSink } from '../testkit/keptSink.ts';
import { Budget } from './budget.ts';
import { renderFeed } from './feeds/renderFeed.ts';
import { SharedStream } from './sharedStream.ts';
import { streamDocument, versionKey } from './streamDocument.ts';
import type { StreamDeclaration } from '../graph/streamDeclaration.ts';
import { StreamHub } from './feeds/streamHub.ts';
import { StreamMetrics } from './streamMetrics.ts';
import type { StreamRead } from './streamRenderer.ts';
import { Subscriber } from './subscriber.ts';

const apiSchema = buildSchema(`
  type Query { board(storeId: ID!): Board changes(storeId: ID!, since: Int): Board }
  type Subscription { boardChanged(storeId: ID!): Board }
  type Board { id: ID! ready: [Int!]! version: Int! mood: String loud: Int! size: Board }
`);
const declared = (over: Partial<StreamDeclaration> = {}): StreamDeclaration => ({
  field: 'boardChanged',
  events: ['Changed'],
  feed: 'store:{storeId}',
  query: 'board',
  delivery: 'every',
  version: 'version',
  carries: [],
  fixedOwner: false,
  ...over,
});
const prepare = (source: string, declaration = declared()) => {
  const document = parse(source);
  return streamDocument(
    document,
    document.definitions[0] as OperationDefinitionNode,
    { apiSchema, streams: new Map([[declaration.field, declaration]]) } as unknown as Graph,
  );
};

async function board(
  declaration: StreamDeclaration,
  source = 'subscription{boardChanged(storeId:"7"){ready}}',
  policy: Partial<StreamPolicy> = {},
) {
  const bus = new FakeTail();
  const log = pino({ level: 'silent' });
  const hub = new StreamHub(bus, { log, gapMs: 1 });
  await hub.listen(['orders.v1']);
  const state = { version: 0, reads: [] as StreamRead[], gate: () => Promise.resolve(), closed: 0 };
  const stream = prepare(source, declaration);
  const shared = new SharedStream({
    key: 'k',
    stream,
    hub,
    log,
    policy: { ...defaultStreamPolicy, retryMs: 1, behindPatienceMs: 5, ...policy },
    positionAt: ({ version }) => `p${version}`,
    queued: new Budget({ items: 1_000, bytes: 1e9 }),
    kept: new LruCache(1e6),
    onEmpty: () => {
      state.closed += 1;
    },
    metrics: new StreamMetrics(undefined, 'kiosk'),
    arguments: { storeId: '7' },
    feed: { domain: 'orders', topic: 'orders.v1', kind: 'declared', key: 'store:7' },
    read: async (read) => {
      state.reads.push(read);
      await state.gate();
      return {
        data: { [stream.responseKey]: { ready: [state.version], m: 'read', [versionKey]: state.version } },
      } satisfies ExecutionResult;
    },
  });
  let clients = 0;
  const join = async (resumeFrom?: number) => {
    const sink = new KeptSink();
    clients += 1;
    const subscriber = new Subscriber({
      shared,
      sink,
      prefix: `c${clients}.`,
      owner: { subscriberEnded: () => undefined },
      ...(resumeFrom === undefined ? {} : { resumeFrom: { epoch: '0', version: resumeFrom } }),
    });
    if (!(await subscriber.begin())) subscriber.start();
    return Object.assign(sink, { subscriber });
  };
  const say = (version: number, data: unknown = {}, eventType = 'Changed') =>
    bus.say('orders.v1', {
      eventId: `e${version}`,
      eventType,
      version: '1.0',
      timestamp: '',
      source: '',
      data,
      metadata: {
        aggregateId: `order:${version}`,
        aggregateVersion: 1,
        feed: 'store:7',
        feedVersion: version,
        causationId: '',
        correlationId: '',
        traceparent: 't',
        actor: '',
      },
    } satisfies EventEnvelope);
  const move = (version: number, data?: unknown) => {
    state.version = version;
    say(version, data);
  };
  return { state, shared, join, say, move };
}

describe('a shared stream', () => {
  it('executes each event once for all subscribers, and sends each the same bytes with a cursor of its own', async () => {
    const { state, join, move } = await board(declared());
    const sinks = await Promise.all(Array.from({ length: 50 }, () => join()));
    // The first subscriber's read had begun; all others shared the next one.
    expect(state.reads.length).toBe(2);
    [1, 2, 3].forEach((version) => move(version));
    await until(() => sinks.every(({ heard }) => heard.at(-1)?.extensions.stream.version === 3));
    expect(state.reads.length).toBeLessThanOrEqual(5);
    sinks.forEach(({ heard }, at) => {
      expect(heard.at(-1)?.data).toEqual({ boardChanged: { ready: [3], m: 'read' } });
      expect(heard.at(-1)?.extensions.stream.cursor).toBe(`c${at + 1}.p3`);
    });
  });

  it('sends the events above the version of the snapshot, and hides the version that it asked for', async () => {
    const { state, join, say } = await board(declared());
    const sink = await join();
    state.version = 3;
    // There are three events, and the read for the first already reflects all of them.
    [1, 2, 3].forEach((version) => say(version));
    await until(() => sink.heard.length === 2);
    state.version = 4;
    say(4);
    await until(() => sink.heard.length === 3);
    expect(sink.answers).toEqual([0, 3, 4].map((version) => ({ ready: [version], m: 'read' })));
    expect(state.reads.length).toBe(3);
  });

  it('overwrites fields that the event carries, under any alias and through fragments, and sends each event', async () => {
    const { state, join, say } = await board(
      declared({ carries: [{ field: 'mood', property: 'to' }] }),
      'subscription{b:boardChanged(storeId:"7"){...f}} fragment f on Board{ready m:mood}',
    );
    const sink = await join();
    state.version = 2;
    say(1, { to: 'glad' });
    say(2, { to: 'sad' });
    await until(() => sink.heard.length === 3);
    expect(sink.heard.slice(1).map(({ data }) => data)).toEqual([
      { b: { ready: [2], m: 'glad' } },
      { b: { ready: [2], m: 'sad' } },
    ]);
  });

  it('ignores events that it does not declare', async () => {
    const { state, join, say } = await board(declared({ version: undefined }));
    const sink = await join();
    say(1, {}, 'Other');
    say(2);
    await until(() => sink.heard.length === 2);
    expect(state.reads.length).toBe(2);
  });

  it('brings a new subscriber to the version of the others, without events from before its snapshot', async () => {
    const { join, move } = await board(declared());
    const early = await join();
    move(1);
    move(2);
    const late = await join();
    move(3);
    await until(() => [early, late].every(({ heard }) => heard.at(-1)?.extensions.stream.version === 3));
    expect(late.marks[0]).toMatch(/^snapshot [12]$/);
    for (const { heard } of [early, late]) {
      const versions = heard.map(({ extensions }) => extensions.stream.version);
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    }
  });

  it('reads with the trace of the event, so that one trace leads from the request to the screen', async () => {
    const { state, join, move } = await board(declared());
    const sink = await join();
    move(1);
    await until(() => sink.heard.length === 2);
    expect(state.reads.map(({ traceparent }) => traceparent)).toEqual([undefined, 't']);
  });

  it('closes with its last subscriber, and stops following the feed', async () => {
    const { state, join, say, shared } = await board(declared());
    const sinks = await Promise.all([join(), join()]);
    sinks.forEach(({ subscriber }) => subscriber.stop());
    say(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect([state.closed, shared.isClosed, state.reads.length]).toEqual([1, true, 2]);
  });
});

describe('a stream whose fields are all in its events', () => {
  const carried = declared({
    fixedOwner: true,
    carries: [
      { field: 'mood', property: 'to' },
      { field: 'id', property: 'storeId' },
      { field: 'loud', property: 'loud' },
    ],
  });
  const told = async (selection: string, data: unknown, declaration = carried) => {
    const { state, join, move } = await board(declaration, `subscription{boardChanged(storeId:"7"){${selection}}}`);
    const sink = await join();
    move(1, data);
    await until(() => sink.heard.length === 2);
    return { answer: sink.answers[1], reads: state.reads.length - 1 };
  };

  it('executes nothing', async () => {
    expect(await told('id m:mood version v:version __typename', { storeId: '7', to: 'glad' })).toEqual({
      answer: { id: '7', m: 'glad', version: 1, v: 1, __typename: 'Board' },
      reads: 0,
    });
    expect(await told('id', {})).toEqual({ answer: { id: '7' }, reads: 0 });
    expect(await told('mood', { to: null })).toEqual({ answer: { mood: null }, reads: 0 });
  });

  it.each([
    ['a field that no event says', 'mood ready', { to: 'glad' }, carried],
    ['one that this event does not say', 'id mood', {}, carried],
    ['null where none may be', 'loud', { loud: null }, carried],
    ['what hangs on a variable', 'mood @include(if: true)', { to: 'glad' }, carried],
    ['an owner who may change', 'mood', { to: 'glad' }, { ...carried, fixedOwner: false }],
  ])('is executed all the same: %s', async (_what, selection, data, declaration) => {
    expect((await told(selection, data, declaration)).reads).toBe(1);
  });
});

describe('a stream of changes', () => {
  const changes = declared({ query: 'changes', since: 'since' });
  it('asks for the changes since the last message, and for a resumed client since its cursor', async () => {
    const { state, join, move } = await board(changes);
    const sink = await join();
    move(1);
    await until(() => sink.heard.length === 2);
    move(2);
    await until(() => sink.heard.length === 3);
    const back = await join(1);
    await until(() => back.heard.length === 1);
    // There is no domain here to ask for the feed's version before the first event, so that one is answered with
    // everything.
    expect(state.reads.map(({ since }) => since)).toEqual([undefined, undefined, 1, 1]);
    expect([sink.marks, back.marks]).toEqual([['snapshot 0', 'event 1', 'event 2'], ['event 2']]);
  });

  it('passes the version to the query in a variable whose name clients cannot use', () => {
    expect(() => prepare('subscription($__streamSince: Int){boardChanged(storeId:"7"){ready}}', changes)).toThrow(
      '__streamSince',
    );
  });
});

describe('a client that does not read', () => {
  it('gets no messages until it reads, then a resync for lagging; the others notice nothing', async () => {
    const { state, join, move } = await board(declared());
    const [slow, quick] = await Promise.all([join(), join()]);
    move(1);
    await until(() => slow.heard.length === 2);
    slow.isFull = true;
    for (let version = 2; version <= 5; version += 1) {
      move(version);
      await until(() => quick.heard.at(-1)?.extensions.stream.version === version);
    }
    expect(slow.heard.length).toBe(2);
    const reads = state.reads.length;
    slow.isFull = false;
    await until(() => slow.heard.length === 3);
    move(6);
    await until(() => slow.heard.length === 4);
    expect(slow.marks.slice(2)).toEqual(['resync 5 lagged', 'event 6']);
    expect(state.reads.length).toBe(reads + 2);
  });
});

describe('a paced stream', () => {
  it.each(['latest', 'sampled'] as const)(
    'sends the last of the events that it declares, whatever follows on the feed: %s',
    async (delivery) => {
      const { join, move, say } = await board(declared({ delivery, version: undefined }), undefined, {
        latestIntervalMs: 20,
        sampleIntervalMs: 20,
      });
      const sink = await join();
      move(1);
      await until(() => sink.heard.length === 2);
      for (let version = 2; version <= 9; version += 1) move(version);
      say(10, {}, 'Other');
      await until(() => (sink.answers.at(-1) as { ready: number[] }).ready[0] === 9);
      expect(sink.heard.length).toBeLessThanOrEqual(4);
    },
  );
});

describe('a subscription as a query', () => {
  it('keeps arguments, aliases and fragments, and asks for the version', async () => {
    const { print } = await import('graphql');
    const { query } = prepare(
      'subscription S($id: ID!){b:boardChanged(storeId:$id){...f}} fragment f on Board{ready} query Other{board(storeId:"1"){ready}}',
    );
    expect(print(query).replace(/\s+/g, ' ')).toBe(
      'query S($id: ID!) { b: board(storeId: $id) { ...f __streamVersion: version } } fragment f on Board { ready }',
    );
  });

  it('is refused if its field declares no stream', () => {
    expect(() => prepare('subscription{other}')).toThrow('Subscription.other is not a stream');
  });
});

describe('the key of a feed', () => {
  const bound = (role: string, till: string) => ({ role, scopes: new Set<string>(), bindings: { store: '17', till } });
  const who = { ...anonymous('web', []), subject: 'jo', grants: [bound('cook', '1'), bound('boss', '2')] };
  it.each([
    ['store:{storeId}', { storeId: '7' }, 'store:7'],
    ['x:{input.deep.id}', { input: { deep: { id: 7 } } }, 'x:7'],
    ['account:{principal.subject}', {}, 'account:jo'],
    ['store:{principal.store}', {}, 'store:17'],
    ['store:{storeId}', { storeId: null }, undefined],
    ['store:{input.id}', {}, undefined],
    ['till:{principal.till}', {}, undefined],
  ])('%s', (template, args, feed) => expect(renderFeed(template, args, who)).toBe(feed));
});
