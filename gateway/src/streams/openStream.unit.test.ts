import { buildSchema, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { anonymous } from '#platform/identity/principal.ts';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import { defaultStreamPolicy } from '../channelManifest.ts';
import type { Graph } from '../graph.ts';
import { FakeTail } from '../testkit/fakeTail.ts';
import { openStream, type Stream } from './openStream.ts';
import { renderFeed } from './renderFeed.ts';
import { streamDocument, versionKey } from './streamDocument.ts';
import type { StreamDeclaration } from './streamDeclaration.ts';
import { StreamHub } from './streamHub.ts';

const apiSchema = buildSchema(`
  type Query { board(storeId: ID!): Board }
  type Subscription { boardChanged(storeId: ID!): Board }
  type Board { ready: [Int!]! version: Int! mood: String }
`);
const declared = (over: Partial<StreamDeclaration> = {}): StreamDeclaration => ({ field: 'boardChanged', events: ['Changed'], feed: 'store:{storeId}', query: 'board', delivery: 'every', version: 'version', carries: [], ...over });
const prepare = (source: string, declaration = declared()) => {
  const document = parse(source);
  return streamDocument(document, document.definitions[0] as OperationDefinitionNode, { apiSchema, streams: new Map([[declaration.field, declaration]]) } as unknown as Graph);
};

async function board(declaration: StreamDeclaration, source = 'subscription{boardChanged(storeId:"7"){ready}}') {
  const bus = new FakeTail();
  const log = pino({ level: 'silent' });
  const hub = new StreamHub(bus, { log });
  await hub.listen(['orders.v1']);
  const state = { version: 0, reads: 0 };
  const document = prepare(source, declaration);
  const stream = await openStream({
    stream: document, hub, log, policy: defaultStreamPolicy, cursorAt: ({ version }) => `cursor ${version}`,
    feed: { domain: 'orders', topic: 'orders.v1', kind: 'declared', key: 'store:7' },
    read: () => { state.reads += 1; return Promise.resolve<ExecutionResult>({ data: { [document.responseKey]: { ready: [state.version], m: 'read', [versionKey]: state.version } } }); },
  }) as Stream;
  const say = (version: number, data: unknown = {}, eventType = 'Changed') => bus.say('orders.v1', {
    eventId: `e${version}`, eventType, version: '1.0', timestamp: '', source: '', data,
    metadata: { aggregateId: `order:${version}`, aggregateVersion: 1, feed: 'store:7', feedVersion: version, causationId: '', correlationId: '', traceparent: '', actor: '' },
  } satisfies EventEnvelope);
  const next = async () => (await stream.next()).value as ExecutionResult;
  return { state, stream, say, next };
}

describe('a stream over a declared feed', () => {
  it('sends what is above the version that was read, without showing the version', async () => {
    const { state, say, next } = await board(declared());
    state.version = 0;
    expect((await next()).data).toEqual({ boardChanged: { ready: [0], m: 'read' } });
    // Three events; the read after the first already holds all of them.
    state.version = 3;
    [1, 2, 3].forEach((version) => say(version));
    expect((await next()).data).toEqual({ boardChanged: { ready: [3], m: 'read' } });
    state.version = 4;
    say(4);
    expect((await next()).data).toEqual({ boardChanged: { ready: [4], m: 'read' } });
    expect(state.reads).toBe(3);
  });

  it('lets the event speak, under any alias and through fragments, and then sends each', async () => {
    const { state, say, next } = await board(declared({ carries: [{ field: 'mood', property: 'to' }] }), 'subscription{b:boardChanged(storeId:"7"){...f}} fragment f on Board{m:mood}');
    await next();
    state.version = 2;
    say(1, { to: 'glad' });
    say(2, { to: 'sad' });
    expect([(await next()).data, (await next()).data]).toEqual([{ b: { ready: [2], m: 'glad' } }, { b: { ready: [2], m: 'sad' } }]);
  });

  it('passes over events that it does not declare', async () => {
    const { state, say, next } = await board(declared({ version: undefined }));
    await next();
    say(1, {}, 'Other');
    say(2);
    await next();
    expect(state.reads).toBe(2);
  });

  it('ends at once when it is returned while it waits', async () => {
    const { stream, next } = await board(declared());
    await next();
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

describe('a subscription as a query', () => {
  it('keeps arguments, aliases and fragments, and asks for the version', async () => {
    const { print } = await import('graphql');
    const { query } = prepare('subscription S($id: ID!){b:boardChanged(storeId:$id){...f}} fragment f on Board{ready} query Other{board(storeId:"1"){ready}}');
    expect(print(query).replace(/\s+/g, ' ')).toBe('query S($id: ID!) { b: board(storeId: $id) { ...f __streamVersion: version } } fragment f on Board { ready }');
  });

  it('is refused without a declared stream', () => {
    expect(() => prepare('subscription{other}')).toThrow('one field that streams');
  });
});

describe('the key of a feed', () => {
  const who = { ...anonymous('web', []), subject: 'jo', bindings: { store: '17' } };
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
