import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLSchema } from 'graphql';
import type pg from 'pg';
import { enforceAuth } from '#platform/subgraph/authSchema.ts';
import { baseSdl } from '#platform/subgraph/sdl.ts';
import { composeChannel } from '#schema/compose/composeChannel.ts';
import { graphSource } from '#schema/compose/graphSource.ts';

const sdl = `
  type Query {
    order(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
    board(storeId: ID!): Board @tag(name: "public") @auth(scopes: ["board:read"])
  }
  type Subscription {
    orderChanged(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
      @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", version: "version", carries: ["id:orderId", "status:to", "total:total"], fixedOwner: true)
    boardChanged(storeId: ID!): Board @tag(name: "public") @auth(scopes: ["board:read"])
      @eventStream(events: ["OrderStatusChanged"], feed: "store:{storeId}", query: "board", version: "version")
  }
  "\`readAt\`: the version at which it was read, which no event carries."
  type Order
    @variesBy(caller: []) @key(fields: "id") @anyone(fields: "id status total version readAt")
    @tag(name: "public") @show(fields: "id status total version readAt")
  { id: ID! status: String! total: Int! version: Int! readAt: Int! }
  type Board @variesBy(caller: []) @tag(name: "public") @show(fields: "version moves total") { version: Int! moves: Int! total: Int! }
`;

export const documents = {
  /** The events contain all fields, so that the domain is not asked. */
  order: 'subscription Order($id: ID!) { orderChanged(orderId: $id) { id status total version } }',
  /** `readAt` is in no event, so the domain is asked for each event. */
  orderRead: 'subscription OrderRead($id: ID!) { orderChanged(orderId: $id) { status total version readAt } }',
  board: 'subscription Board($id: ID!) { boardChanged(storeId: $id) { version moves total } }',
};

export const chaosSupergraph = (): string =>
  composeChannel({ name: 'kiosk', tags: ['public', 'kiosk'] }, [
    graphSource('orders', 'http://localhost/orders', sdl, 'e2e/chaos/chaosGraph.ts'),
  ]).supergraph;

/** A schema that answers from the event log, so each answer is committed and tells the version that it is of. */
export function chaosSchema(pool: pg.Pool): GraphQLSchema {
  const one = async <Row extends pg.QueryResultRow>(sql: string, key: string): Promise<Row | null> =>
    (await pool.query<Row>(sql, [key])).rows[0] ?? null;
  const resolvers = {
    Query: {
      order: (_: unknown, { orderId }: { orderId: string }) =>
        one(
          `select data->>'orderId' as id, data->>'to' as status, (data->>'total')::int as total, version, version as "readAt"
         from platform.event where stream = $1 order by version desc limit 1`,
          `order:${orderId}`,
        ),
      board: (_: unknown, { storeId }: { storeId: string }) =>
        one(
          `select max(feed_version) as version, count(*)::int as moves, sum((data->>'total')::int)::int as total
         from platform.event where feed = $1 having count(*) > 0`,
          `store:${storeId}`,
        ),
    },
  };
  return enforceAuth(buildSubgraphSchema({ typeDefs: parse(`${baseSdl}\n${sdl}`), resolvers: resolvers as never }));
}
