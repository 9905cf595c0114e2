import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse, print, visit, Kind, type SelectionSetNode } from 'graphql';
import { FakeDomain } from '../testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';
import { RawSocket, type RawStream } from '../testkit/streamingClient.ts';

const registered =
  'subscription Registered($id: ID!) { ...f } fragment f on Subscription { orderStatusChanged(orderId: $id) { ...g } } fragment g on Order { status }';
/** What Apollo Client makes of the document: every selection set but the operation's own ends with `__typename`. */
const asApolloClient = print(
  visit(parse(registered), {
    SelectionSet: (node, _key, parent): SelectionSetNode | undefined =>
      parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION
        ? undefined
        : {
            ...node,
            selections: [...node.selections, { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
          },
  }),
);

const domain = new FakeDomain();
const sockets: RawSocket[] = [];
let parts: Fixture;
let channel: ServedChannel;
let production: ServedChannel;
let token: string;
let orders = 0;

beforeAll(async () => {
  parts = await fixture();
  token = await parts.token('customer');
  channel = await serveFixture(parts, { bus: domain, feeds: domain });
  production = await serveFixture(parts, {
    bus: domain,
    feeds: domain,
    profile: 'production',
    operations: { registered },
  });
});
afterAll(() => Promise.all([channel.close(), production.close()]));
afterEach(() => sockets.splice(0).forEach((socket) => socket.cut()));

const move = (id: string, version: number, status: string) => {
  parts.orders.set(id, { id, owner: 'someone', status, version });
  domain.statusChanged(id, version, status);
};
const placed = () => {
  orders += 1;
  const id = `of document ${orders}`;
  move(id, 1, 'PLACED');
  return id;
};
const connect = async (to = channel): Promise<RawSocket> => {
  const socket = await new RawSocket(to.url).begin(token);
  sockets.push(socket);
  return socket;
};

/** The first message of a document's stream, and the one for the event by which its order becomes READY. */
async function answers(
  document: string,
  variables: Record<string, unknown> = {},
  request: Record<string, unknown> = {},
  to = channel,
): Promise<unknown[]> {
  const id = placed();
  const socket = await connect(to);
  socket.send({
    id: '1',
    type: 'subscribe',
    payload: { ...(document ? { query: document } : {}), variables: { id, ...variables }, ...request },
  });
  await socket.heard(({ type }) => type === 'next' || type === 'error');
  move(id, 2, 'READY');
  await socket.heard(
    ({ type, payload }) =>
      type === 'error' ||
      (type === 'next' && (payload as RawStream['messages'][number]).extensions?.stream?.version === 2),
  );
  return socket.frames
    .filter(({ type }) => type === 'next' || type === 'error')
    .map(({ type, payload }) => (type === 'error' ? payload : (payload as { data: unknown }).data));
}

const asStatus = ['PLACED', 'READY'].map((status) => ({ orderStatusChanged: { status } }));

describe('the field of a subscription', () => {
  it.each([
    [
      'a named fragment',
      'subscription($id:ID!){...f} fragment f on Subscription{orderStatusChanged(orderId:$id){status}}',
    ],
    ['a fragment of its type', 'subscription($id:ID!){... on Subscription{orderStatusChanged(orderId:$id){status}}}'],
    ['a fragment of no type', 'subscription($id:ID!){...{orderStatusChanged(orderId:$id){status}}}'],
    [
      'fragments within fragments',
      `subscription($id:ID!){...f} fragment f on Subscription{...{... on Subscription{...g}}} fragment g on Subscription{orderStatusChanged(orderId:$id){...h}}
      fragment h on Order{status}`,
    ],
    [
      'two fragments, as one field',
      `subscription($id:ID!){...f ...g} fragment f on Subscription{orderStatusChanged(orderId:$id){status}}
      fragment g on Subscription{orderStatusChanged(orderId:$id){status}}`,
    ],
  ])('streams out of %s', async (_where, document) => {
    expect(await answers(document)).toEqual(asStatus);
  });

  it('is answered with the selections of all its occurrences merged', async () => {
    const document =
      'subscription($id:ID!){...f orderStatusChanged(orderId:$id){id}} fragment f on Subscription{orderStatusChanged(orderId:$id){status version}}';
    const [first, second] = (await answers(document)) as { orderStatusChanged: Record<string, unknown> }[];
    expect([
      Object.keys(first!.orderStatusChanged).sort(),
      second!.orderStatusChanged['status'],
      second!.orderStatusChanged['version'],
    ]).toEqual([['id', 'status', 'version'], 'READY', 2]);
  });

  it('is taken from the chosen operation, whatever the other operations of the document select', async () => {
    const document = `subscription Other($at:ID!){...b} fragment b on Subscription{boardChanged(storeId:$at){...c}} fragment c on Board{for}
      query Q($at:ID!){board(storeId:$at){...c}}
      subscription Chosen($id:ID!){...f} fragment f on Subscription{orderStatusChanged(orderId:$id){...g}} fragment g on Order{status}`;
    expect(await answers(document, {}, { operationName: 'Chosen' })).toEqual(asStatus);
  });

  it('can stand in a fragment of a trusted document, sent as text, by hash or in the form of Apollo Client', async () => {
    const idOf = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(await answers(registered, {}, {}, production)).toEqual(asStatus);
    expect(await answers('', {}, { documentId: idOf(registered) }, production)).toEqual(asStatus);
    const withTypenames = asStatus.map(({ orderStatusChanged }) => ({
      orderStatusChanged: { ...orderStatusChanged, __typename: 'Order' },
    }));
    expect(await answers('', {}, { documentId: idOf(asApolloClient) }, production)).toEqual(withTypenames);
    expect(await answers(asApolloClient, {}, {}, production)).toEqual(withTypenames);
  });

  it.each([
    [
      'two',
      'subscription($id:ID!){...f boardChanged(storeId:"1"){for}} fragment f on Subscription{orderStatusChanged(orderId:$id){status}}',
      'one field',
    ],
    [
      'two of a fragment',
      'subscription($id:ID!){...f} fragment f on Subscription{orderStatusChanged(orderId:$id){status} b:orderStatusChanged(orderId:$id){status}}',
      'one field',
    ],
    ['the schema', 'subscription{__typename}', 'one field'],
    [
      'a condition',
      'subscription($id:ID!,$no:Boolean!){orderStatusChanged(orderId:$id)@skip(if:$no){status}}',
      '@skip and @include',
    ],
    [
      'a condition that is met',
      'subscription($id:ID!){orderStatusChanged(orderId:$id)@include(if:true){status}}',
      '@skip and @include',
    ],
    [
      'a condition of a fragment',
      'subscription($id:ID!,$no:Boolean!){...f@include(if:$no)} fragment f on Subscription{orderStatusChanged(orderId:$id){status}}',
      '@skip and @include',
    ],
    [
      'a condition within a fragment',
      'subscription($id:ID!,$no:Boolean=false){...f} fragment f on Subscription{...@skip(if:$no){orderStatusChanged(orderId:$id){status}}}',
      '@skip and @include',
    ],
    [
      'a fragment of itself',
      'subscription($id:ID!){...f} fragment f on Subscription{orderStatusChanged(orderId:$id){status}...f}',
      'itself',
    ],
  ])('is refused with %s', async (_what, document, complaint) => {
    const [refusal] = (await answers(document, { no: true })) as { message: string; extensions: { code: string } }[][];
    expect(refusal).toEqual(
      expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(complaint) as string })]),
    );
    expect(new Set(refusal!.map(({ extensions }) => extensions.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });
});

describe('fields that an event carries', () => {
  const selecting = (selection: string, variables = '') =>
    `subscription($id:ID!${variables}){orderStatusChanged(orderId:$id){${selection}}} ${selection.includes('...f') ? 'fragment f on Order{status v:version}' : ''}`;

  it.each([
    ['skipped', selecting('id status@skip(if:true) version@skip(if:true)'), {}, ['id']],
    [
      'skipped by a variable',
      selecting('id status@skip(if:$no) version@skip(if:$no)', ',$no:Boolean!'),
      { no: true },
      ['id'],
    ],
    [
      'skipped by a default',
      selecting('id status@include(if:$yes) version@include(if:$yes)', ',$yes:Boolean=false'),
      {},
      ['id'],
    ],
    [
      'skipped under an alias',
      selecting('id s:status@skip(if:$no) v:version@skip(if:$no) status', ',$no:Boolean!'),
      { no: true },
      ['id', 'status'],
    ],
    [
      'skipped at one place of two',
      selecting(
        'id status@skip(if:$no) status@include(if:$no) version@skip(if:true) version@include(if:$no)',
        ',$no:Boolean!',
      ),
      { no: true },
      ['id', 'status', 'version'],
    ],
    [
      'skipped at both',
      selecting('id status@skip(if:$no) status@include(if:$yes)', ',$no:Boolean!,$yes:Boolean!'),
      { no: true, yes: false },
      ['id'],
    ],
    ['skipped with a fragment', selecting('id ...f@skip(if:$no)', ',$no:Boolean!'), { no: true }, ['id']],
    [
      'skipped with a fragment within one',
      selecting('id ...@include(if:true){... on Order@include(if:$yes){status version}}', ',$yes:Boolean!'),
      { yes: false },
      ['id'],
    ],
    [
      'included with a fragment',
      selecting('id ...f@skip(if:$no)', ',$no:Boolean!'),
      { no: false },
      ['id', 'status', 'v'],
    ],
  ])('is left out where it is %s', async (_how, document, variables, keys) => {
    const [first, second] = (await answers(document, variables)) as { orderStatusChanged: Record<string, unknown> }[];
    expect([first, second].map((each) => Object.keys(each!.orderStatusChanged).sort())).toEqual([keys, keys]);
    if (keys.includes('status')) expect(second!.orderStatusChanged['status']).toBe('READY');
  });
});
