import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { pino } from 'pino';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { bindingsOf, type Principal } from '#platform/identity/principal.ts';
import {
  developmentAudience,
  developmentIssuer,
  issueToken,
  newSigningKey,
  publicHalf,
  type TokenRequest,
} from '#platform/identity/developmentIssuer.ts';
import { enforceAuth } from '#platform/subgraph/authSchema.ts';
import {
  createExecution,
  type SubgraphCall,
  type SubgraphHeaders,
  type SubgraphRequest,
} from '#platform/subgraph/execution.ts';
import { baseSdl } from '#platform/subgraph/sdl.ts';
import { scopesOfRole, type Role } from '#schema/scopes.ts';
import { graphSource, viewSubgraph, type GraphSource } from '#schema/compose/graphSource.ts';

/**
 * Three small subgraphs, run in this process behind the platform's own executor, so that tokens, guards and calls are
 * real.
 */
const sdl = {
  shops: `
    type Query {
      shop(id: ID!): Shop @anyone @tag(name: "public")
      shops: [Shop!]! @anyone @tag(name: "public")
      things: [Thing!]! @anyone @tag(name: "public")
      found: [Found!]! @anyone @tag(name: "public")
      ledger: Ledger @anyone @tag(name: "public")
      audit: String @anyone
    }
    interface Thing @tag(name: "public") @show(fields: "id note") { id: ID! note: String }
    union Found = Shop | Vault
    type Shop implements Thing
      @key(fields: "id") @anyone(fields: "id name note")
      @tag(name: "public") @show(fields: "id name note takings mandatory")
    {
      id: ID!
      name: String!
      note: String
      takings: Int @auth(scopes: ["payments:manage"])
      mandatory: Int! @auth(scopes: ["payments:manage"])
    }
    type Vault implements Thing @anyone(fields: "id") @tag(name: "public") @show(fields: "id note code") { id: ID! note: String @auth(scopes: ["payments:manage"]) code: String @auth(scopes: ["payments:manage"]) }
    type Ledger @auth(scopes: ["payments:manage"]) @tag(name: "public") @show(fields: "total") { total: Int! }
  `,
  wares: `
    type Ware @key(fields: "id") @anyone(fields: "id title broken") @tag(name: "public") @show(fields: "id title broken") { id: ID! title: String! broken: String! }
    type Shop @key(fields: "id") { id: ID! wares: [Ware!] @anyone @tag(name: "public") }
  `,
  orders: `
    type Query {
      order(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
      board(storeId: ID!): Board @anyone @tag(name: "public")
      till(storeId: ID!): Till @anyone @tag(name: "public")
    }
    type Mutation { advance(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:place"]) }
    type Subscription {
      orderStatusChanged(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
        @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", carries: ["status:to"], version: "version", endsWith: ["status:COMPLETED", "status:CANCELLED"])
      orderWatched(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
        @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", delivery: "latest")
      orderAwaited(orderId: ID!): Order @tag(name: "public") @auth(scopes: ["orders:read"])
        @eventStream(events: ["OrderStatusChanged"], feed: "order:{orderId}", query: "order", awaits: true)
      boardChanged(storeId: ID!): Board @anyone @tag(name: "public") @eventStream(events: ["OrderStatusChanged"], feed: "store:{storeId}", query: "board")
      tillChanged(storeId: ID!): Till @anyone @tag(name: "public") @eventStream(events: ["OrderStatusChanged"], feed: "store:{storeId}", query: "till")
    }
    "Says who it was answered for."
    type Board @variesBy(caller: []) @tag(name: "public") @show(fields: "for mine") { for: String! mine: Order }
    "The same, of those who are bound to one store."
    type Till @variesBy(caller: ["store"]) @tag(name: "public") @show(fields: "for") { for: String! }
    type Order
      @key(fields: "id") @anyone(fields: "id status version shop total")
      @tag(name: "public") @show(fields: "id status version shop total")
    { id: ID! status: String! version: Int! shop: Shop! total: Int! }
    type Shop @key(fields: "id", resolvable: false) { id: ID! }
  `,
};

export type FixtureSubgraph = keyof typeof sdl;

/** `change` replaces the SDL of a subgraph. */
export const fixtureSources = (change: (text: string, name: string) => string = (text) => text): GraphSource[] =>
  Object.entries(sdl).map(([name, text]) =>
    graphSource(name, `http://localhost/${name}`, change(text, name), `${name}.graphql`),
  );

export const fixtureView = (text: string): GraphSource =>
  graphSource(viewSubgraph, 'http://localhost/view', text, 'view.graphql');

export interface FixtureOrder {
  id: string;
  owner: string;
  status: string;
  version: number;
  /** Default: `1`. `gone` is of no shop. */
  shop?: string;
}

export interface FixtureCall extends SubgraphRequest {
  readonly subgraph: string;
  readonly headers: SubgraphHeaders;
}

type TokenOptions = Pick<TokenRequest, 'lifetimeSeconds' | 'now'> & {
  /** The bindings of the token's only role. */
  readonly bindings?: Readonly<Record<string, string>>;
};

export interface Fixture {
  readonly identity: Identity;
  readonly orders: Map<string, FixtureOrder>;
  /** All calls that reached a subgraph. */
  readonly calls: FixtureCall[];
  /** Subgraphs that do not answer. */
  readonly down: Set<string>;
  /** Awaited by every call before it is answered. */
  gate: (subgraph: string) => Promise<void>;
  readonly subgraphCall: (name: string) => SubgraphCall;
  token(role: Role, subject?: string, options?: TokenOptions): Promise<string>;
  readonly log: pino.Logger;
}

export async function fixture(): Promise<Fixture> {
  const [clientKey, internalKey] = await Promise.all([newSigningKey(), newSigningKey()]);
  const identity = await createIdentity({
    internalKey,
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [publicHalf(clientKey)] } },
    scopesOf: scopesOfRole,
  });
  const log = pino({ level: 'silent' });
  const orders = new Map<string, FixtureOrder>();
  const parts = {
    identity,
    orders,
    log,
    calls: [] as FixtureCall[],
    down: new Set<string>(),
    gate: () => Promise.resolve(),
    token: (role: Role, subject = 'someone', { bindings = {}, ...options }: TokenOptions = {}) =>
      issueToken(clientKey, { subject, roles: [role], bindings: { [role]: bindings }, ...options }),
  };
  const resolvers = resolversOf(orders);
  const executions = new Map(
    await Promise.all(
      Object.entries(sdl).map(
        async ([name, text]) =>
          [
            name,
            await createExecution({
              name,
              identity,
              log,
              contextFor: (principal) => ({ principal }),
              schema: enforceAuth(
                buildSubgraphSchema({
                  typeDefs: parse(`${baseSdl}\n${text}`),
                  resolvers: resolvers[name as FixtureSubgraph] as never,
                }),
              ),
            }),
          ] as const,
      ),
    ),
  );
  const made: Fixture = {
    ...parts,
    subgraphCall: (subgraph) => async (request, headers) => {
      made.calls.push({ ...request, subgraph, headers });
      await made.gate(subgraph);
      if (made.down.has(subgraph)) throw new Error(`${subgraph} is down`);
      return executions.get(subgraph)!.execute(request, headers);
    },
  };
  return made;
}

interface Context {
  readonly principal: Principal;
}

function resolversOf(orders: Map<string, FixtureOrder>): Record<FixtureSubgraph, object> {
  const shop = (id: string) => ({
    __typename: 'Shop',
    id,
    name: `Shop ${id}`,
    note: 'open',
    takings: 100,
    mandatory: 1,
  });
  const vault = { __typename: 'Vault', id: 'v', note: 'hidden', code: '1234' };
  const owned = (id: string, { principal }: Context) =>
    orders.get(id)?.owner === principal.subject
      ? { ...orders.get(id), shop: { id: orders.get(id)?.shop ?? '1' }, total: 500 }
      : null;
  return {
    shops: {
      Query: {
        shop: (_: unknown, { id }: { id: string }) => shop(id),
        shops: () => ['1', '2'].map(shop),
        things: () => [shop('1'), vault],
        found: () => [shop('1'), vault],
        ledger: () => ({ total: 7 }),
        audit: () => 'seen',
      },
      Shop: { __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : shop(id)) },
    },
    wares: {
      Ware: {
        broken: () => {
          throw new Error('secret detail of the database');
        },
      },
      Shop: { __resolveReference: ({ id }: { id: string }) => ({ id }), wares: () => [{ id: 'w1', title: 'Burger' }] },
    },
    orders: {
      Query: {
        order: (_: unknown, { orderId }: { orderId: string }, context: Context) => owned(orderId, context),
        board: (_: unknown, _args: unknown, { principal }: Context) => ({ for: principal.subject }),
        till: (_: unknown, _args: unknown, { principal }: Context) => ({
          for: JSON.stringify([principal.subject.startsWith('class:'), Object.fromEntries(bindingsOf(principal))]),
        }),
      },
      Board: { mine: (_: unknown, _args: unknown, context: Context) => owned('o1', context) },
      Mutation: {
        advance: (_: unknown, { orderId }: { orderId: string }, context: Context) => {
          const order = orders.get(orderId);
          if (order) Object.assign(order, { version: order.version + 1 });
          return owned(orderId, context);
        },
      },
    },
  };
}
