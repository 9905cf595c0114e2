import { parse, type OperationDefinitionNode } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import { buildGraph, type Graph } from '../graph/graph.ts';
import { composedOnce } from '../testkit/composedOnce.ts';
import { fixtureView } from '../testkit/fixtureGraph.ts';
import { graphSource } from '#schema/compose/graphSource.ts';
import { concerns, subjectOf } from './answerScope.ts';
import { FeedIndex, Places } from './places.ts';

const orders = `
  type Query {
    order(orderId: ID!): Order @anyone @tag(name: "public")
    newest: Order @anyone @tag(name: "public")
    orders: [Order!] @anyone @tag(name: "public")
    board(storeId: ID!): Board @anyone @tag(name: "public")
    what: What @anyone @tag(name: "public")
  }
  type Subscription {
    orderChanged(orderId: ID!): Order @anyone @tag(name: "public")
      @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", version: "version")
    boardChanged(storeId: ID!): Board @anyone @tag(name: "public")
      @eventStream(events: ["OrderStatusChanged"], feed: "store:{storeId}", query: "board", version: "version")
  }
  type Board @anyone(fields: "version numbers") @tag(name: "public") @show(fields: "version numbers") { version: Int! numbers: [Int!] }
  union What = Order | Store
  type Order @key(fields: "id") @anyone(fields: "id version status store again others") @tag(name: "public") @show(fields: "id version status store again others")
  { id: ID! version: Int! status: String store: Store again: Order others: [Order!] }
  type Store @key(fields: "id") @anyone(fields: "id waiting") @tag(name: "public") @show(fields: "id waiting") { id: ID! waiting: Int }
`;
const stores = `
  type Query { store(id: ID!): Store @anyone @tag(name: "public") }
  type Store @key(fields: "id") @anyone(fields: "id name") @tag(name: "public") @show(fields: "id name") { id: ID! name: String }
`;
const payments = `
  type Order @key(fields: "id") @anyone(fields: "id payment due") @tag(name: "public") @show(fields: "payment due")
  { id: ID! status: String @external payment: Payment due: Int @requires(fields: "status") }
  type Payment @anyone(fields: "id amount") @tag(name: "public") @show(fields: "id amount") { id: ID! amount: Int }
`;
const view = `
  type Query { home: Home @anyone }
  type Home @anyone(fields: "store") { store: Store }
  type Store @key(fields: "id") { id: ID! }
`;

let graph: Graph;
let feeds: FeedIndex;

beforeAll(async () => {
  const sources = Object.entries({ orders, stores, payments }).map(([name, text]) =>
    graphSource(name, `http://localhost/${name}`, text, `${name}.graphql`),
  );
  const manifest = {
    name: 'kiosk',
    tags: ['public'],
    directory: new URL('.', import.meta.url),
    auth: { roles: [], anonymous: true },
  };
  graph = buildGraph(composedOnce(manifest, sources, fixtureView(view)).supergraph);
  feeds = new FeedIndex(graph, await eventCatalogue());
});

const variables = { id: 'o1', store: 's1' };

function scopeOf(text: string, data: unknown) {
  const document = parse(text);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const places = new Places(graph, feeds, new Set(['s1']));
  places.add({ document, operation } as PreparedDocument, variables, data);
  return places.scope(new Set(['orders', 'stores', 'payments']));
}

/** Whether an event concerns an answer; `data` are of the event. */
const isConcerned =
  (text: string, answer: unknown) =>
  (topic: string, aggregateId: string, more: { feed?: string; data?: object } = {}): boolean => {
    const metadata = { aggregateId, aggregateVersion: 1, feed: more.feed, feedVersion: 1 };
    return concerns(scopeOf(text, answer), subjectOf(topic, { metadata, data: more.data ?? {} } as never));
  };

describe('an answer depends on events', () => {
  it('about the thing that it was asked for, whatever the names that the client gave', () => {
    const after = isConcerned(
      'query($id: ID!) { a: order(orderId: $id) { ...O } } fragment O on Order { x: id status payment { id amount } }',
      { a: { x: 'o1', status: 'NEW', payment: null } },
    );
    expect(after('orders.v1', 'order:o1', { feed: 'store:s9' })).toBe(true);
    expect(after('orders.v1', 'order:o2', { feed: 'store:s9' })).toBe(false);
    expect(after('payments.v1', 'payment:p2', { data: { orderId: 'o2' } })).toBe(false);
    expect(after('payments.v1', 'payment:p2', { data: { orderId: 'o1' } })).toBe(true);
    expect(after('payments.v1', 'payment:p2', { data: { orderIds: ['o3', 'o1'] } })).toBe(true);
    // It does not say of which order it is.
    expect(after('payments.v1', 'rates:all')).toBe(true);
    expect(after('customers.v1', 'order:o1')).toBe(false);
  });

  it('that may make what was asked for be there', () => {
    const after = isConcerned('query($id: ID!) { order(orderId: $id) { id status } }', { order: null });
    expect([after('orders.v1', 'order:o1'), after('orders.v1', 'order:o2')]).toEqual([true, false]);
  });

  it('of every kind where nothing says which things it may hold', () => {
    for (const [text, answer] of [
      ['{ newest { id status } }', { newest: { id: 'o1', status: 'NEW' } }],
      ['{ orders { id } }', { orders: [{ id: 'o1' }] }],
      ['query($id: ID!) { order(orderId: $id) { id } newest { id } }', { order: { id: 'o1' }, newest: { id: 'o1' } }],
      ['{ what { ... on Order { id } } }', { what: { id: 'o1' } }],
    ] as const)
      expect(isConcerned(text, answer)('orders.v1', 'order:o2')).toBe(true);
  });

  it('about what is reached through it, too', () => {
    const after = isConcerned('query($id: ID!) { order(orderId: $id) { id store { id waiting name } } }', {
      order: { id: 'o1', store: { id: 's1', waiting: 3, name: 'One' } },
    });
    // Another order of the same store changes how many wait there.
    expect(after('orders.v1', 'order:o2', { feed: 'store:s1' })).toBe(true);
    expect(after('orders.v1', 'order:o2', { feed: 'store:s2' })).toBe(false);
    expect([after('stores.v1', 'store:s1'), after('stores.v1', 'store:s2')]).toEqual([true, false]);
  });

  it('about another one of the same kind that is reached through it', () => {
    for (const [text, answer] of [
      ['again { id status }', { again: { id: 'o2', status: 'NEW' } }],
      ['again { status }', { again: { status: 'NEW' } }],
      [
        'others { id status }',
        {
          others: [
            { id: 'o2', status: 'NEW' },
            { id: 'o3', status: 'NEW' },
          ],
        },
      ],
    ] as const) {
      const after = isConcerned(`query($id: ID!) { order(orderId: $id) { id ${text} } }`, {
        order: { id: 'o1', ...answer },
      });
      expect([after('orders.v1', 'order:o1'), after('orders.v1', 'order:o2')]).toEqual([true, true]);
    }
    const itself = isConcerned('query($id: ID!) { order(orderId: $id) { id again { id status } } }', {
      order: { id: 'o1', again: { id: 'o1', status: 'NEW' } },
    });
    expect([itself('orders.v1', 'order:o1'), itself('orders.v1', 'order:o2')]).toEqual([true, false]);
  });

  it('of the feed that its stream follows', () => {
    const after = isConcerned('query($store: ID!) { board(storeId: $store) { version numbers } }', {
      board: { version: 4, numbers: [1] },
    });
    expect(after('orders.v1', 'order:o2', { feed: 'store:s1' })).toBe(true);
    expect(after('orders.v1', 'order:o2', { feed: 'store:s2' })).toBe(false);
    expect(after('orders.v1', 'order:o2')).toBe(true);
  });

  it('about what the caller is bound to, behind a view', () => {
    const after = isConcerned('{ home { store { id name } } }', { home: { store: { id: 's1', name: 'One' } } });
    expect([after('stores.v1', 'store:s1'), after('stores.v1', 'store:s2')]).toEqual([true, false]);
  });

  it('of every domain that was asked, where a field is made of those of others', () => {
    const after = isConcerned('query($id: ID!) { order(orderId: $id) { id due } }', { order: { id: 'o1', due: 3 } });
    expect([after('stores.v1', 'store:s2'), after('stores.v1', 'a:b', { data: { orderId: 'o2' } })]).toEqual([
      true,
      false,
    ]);
  });

  it('that were heard, by the version that it tells', () => {
    const board = scopeOf('query($store: ID!) { board(storeId: $store) { v: version } }', { board: { v: 4 } });
    expect(board).toMatchObject({ isUnproven: false, versions: [{ feed: 'orders.v1 declared store:s1', version: 4 }] });
    const order = scopeOf('{ newest { id version } }', { newest: { id: 'o7', version: 2 } });
    expect(order.versions).toEqual([{ feed: 'orders.v1 aggregate order:o7', version: 2 }]);
    expect(scopeOf('query($store: ID!) { board(storeId: $store) { numbers } }', { board: {} }).isUnproven).toBe(true);
  });
});
