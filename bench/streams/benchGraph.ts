import { composeChannel } from '#schema/compose/composeChannel.ts';
import { graphSource } from '#schema/compose/graphSource.ts';

const orders = `
  type Query {
    order(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
    orderBoard(storeId: ID!): OrderBoard @tag(name: "public") @auth(scopes: ["board:read"])
  }
  type Subscription {
    orderStatusChanged(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
      @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", version: "version", carries: ["id:orderId", "number:orderNumber", "status:to", "publishedAt:publishedAt"], fixedOwner: true)
    orderBoardChanged(storeId: ID!): OrderBoard @tag(name: "public") @auth(scopes: ["board:read"])
      @eventStream(events: ["OrderStatusChanged"], feed: "store:{storeId}", query: "orderBoard", version: "version")
  }
  type Order
    @key(fields: "id") @variesBy(caller: ["subject", "store"]) @anyone(fields: "id number status version publishedAt")
    @tag(name: "public") @show(fields: "id number status version publishedAt")
  { id: ID! number: Int! status: String! version: Int! publishedAt: Float! }
  type OrderBoard
    @variesBy(caller: ["store"]) @tag(name: "public") @show(fields: "version publishedAt note preparing ready")
  { version: Int! publishedAt: Float! note: String preparing: [OrderBoardEntry!]! ready: [OrderBoardEntry!]! }
  type OrderBoardEntry
    @variesBy(caller: ["store"]) @tag(name: "public") @show(fields: "orderId number status service since")
  { orderId: ID! number: Int! status: String! service: String! since: String! }
`;

/**
 * The fields as the chain's own orders subgraph has and declares them, and with `publishedAt`: when the latest event
 * was published, in epoch milliseconds.
 */
export const benchSdl = { orders };

const entry = 'orderId number status service since';

export const documents = {
  board: `subscription Board($id: ID!) { orderBoardChanged(storeId: $id) { version publishedAt preparing { ${entry} } ready { ${entry} } } }`,
  fatBoard: `subscription Fat($id: ID!) { orderBoardChanged(storeId: $id) { version publishedAt note } }`,
  order: 'subscription Order($id: ID!) { orderStatusChanged(orderId: $id) { id number status version publishedAt } }',
  /** Boards that differ in the selected fields and in aliases. */
  differing: (count: number): string[] =>
    Array.from({ length: count }, (_, at) => {
      const fields = entry
        .split(' ')
        .filter((_field, bit) => bit === 0 || (at >> bit) % 2 === 0)
        .join(' ');
      return `subscription Board${at}($id: ID!) { orderBoardChanged(storeId: $id) { version publishedAt made${at}: preparing { ${fields} } ready { ${entry} } } }`;
    }),
};

/** Composes a channel with these fields, as `generate` would. */
export const benchSupergraph = (): string =>
  composeChannel({ name: 'kiosk', tags: ['public', 'kiosk'] }, [
    graphSource('orders', 'http://localhost/orders', benchSdl.orders, 'bench/streams/benchGraph.ts'),
  ]).supergraph;
