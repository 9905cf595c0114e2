import { gzipSync } from 'node:zlib';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import {
  ApolloGateway,
  IntrospectAndCompose,
  RemoteGraphQLDataSource,
  type GraphQLDataSourceProcessOptions,
} from '@apollo/gateway';
import { ApolloServer, type ApolloServerOptions, type BaseContext } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, getIntrospectionQuery, graphql, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { RemoteDataSource, createEngineGateway, stringifyResult, type EngineGatewayOptions } from './engineGateway.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const sdl = {
  books: `${link} scalar Long type Query { books: [Book!]! book(id: ID!, sold: Long = 7): Book count(of: Long): Long } type Mutation { add(title: String!): Book }
    type Book @key(fields: "id") { id: ID! title: String! }`,
  prices: `${link} type Book @key(fields: "id") { id: ID! price(times: Int = 1): Int }`,
};
const book = (id: string) => ({ id, title: `Book ${id}` });
const resolvers = {
  books: {
    Query: { books: () => ['1', '2'].map(book), book: (_: unknown, { id }: { id: string }) => book(id) },
    Mutation: { add: (_: unknown, { title }: { title: string }) => ({ id: '3', title }) },
  },
  prices: {
    Book: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      price: ({ id }: { id: string }, { times }: { times: number }) => {
        if (id === '9') throw new GraphQLError('no price', { extensions: { code: 'NO_PRICE' } });
        return Number(id) * times;
      },
    },
  },
};
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let asked: { readonly name: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
let answerWith: (name: string) => string | undefined;
let isPacked = false;
let supergraphSdl: string;
const servers: Server[] = [];
let running: ApolloServer | undefined;

async function listen(name: keyof typeof sdl): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl[name]), resolvers: resolvers[name] as never });
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      asked.push({ name, headers: request.headers, body });
      const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      const text =
        answerWith(name) ?? JSON.stringify(await graphql({ schema, source: query, variableValues: variables }));
      const head = { 'content-type': 'application/json', 'cache-control': 'max-age=60' };
      if (isPacked) response.writeHead(200, { ...head, 'content-encoding': 'gzip' }).end(gzipSync(text));
      else response.writeHead(200, head).end(text);
    })();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

beforeAll(async () => {
  const services = await Promise.all(
    (['books', 'prices'] as const).map(async (name) => ({ name, url: await listen(name), typeDefs: parse(sdl[name]) })),
  );
  supergraphSdl = composeServices(services).supergraphSdl!;
});
beforeEach(() => {
  asked = [];
  answerWith = () => undefined;
  isPacked = false;
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(() => servers.forEach((server) => server.close()));

type More = Omit<Partial<ApolloServerOptions<BaseContext>>, 'gateway' | 'schema' | 'typeDefs'>;

/** Apollo Server as anybody runs it, with this gateway; the result asks it. */
async function served(options: Partial<EngineGatewayOptions> = {}, more: More = {}) {
  const gateway = createEngineGateway({ supergraphSdl, logger: silent, ...options });
  const server = new ApolloServer({ gateway, logger: silent, ...more } as ApolloServerOptions<BaseContext>);
  running = server;
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => Promise.resolve({ user: req.headers['x-user'] }),
  });
  return async (query: string, variables?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    return { headers: response.headers, text, ...(JSON.parse(text) as { data?: unknown; errors?: unknown[] }) };
  };
}

it('answers queries, mutations and introspections in Apollo Server as @apollo/gateway does', async () => {
  const asks = await served({}, { introspection: true });
  const apollo = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, logger: silent }), logger: silent });
  await apollo.start();
  for (const query of [
    'query($n: Int) { books { id title p: price(times: $n) } book(id: 7) { ...F } } fragment F on Book { price __typename }',
    'mutation { add(title: "New") { id title price } }',
    getIntrospectionQuery(),
    '{ book(id: "9") { title price } }',
    'query($n: Int!) { books { price(times: $n) } }',
    '{ nothing }',
  ]) {
    const theirs = await apollo.executeOperation({ query });
    const { data, errors } = (theirs.body as { singleResult: { data?: unknown; errors?: object[] } }).singleResult;
    const ours = await asks(query);
    expect(ours.data ?? undefined).toEqual(data == null ? undefined : JSON.parse(JSON.stringify(data)));
    expect(ours.errors?.length).toBe(errors?.length);
  }
  await apollo.stop();
});

it.each([
  ['mutation { anything }', 'This graph has no mutation.'],
  ['subscription { anything }', 'This gateway answers queries and mutations; it has no subscriptions.'],
])('refuses what the graph has no type for: %s', async (query, message) => {
  const withoutMutation = { name: 'only', url: 'http://127.0.0.1:1/', typeDefs: parse('type Query { one: Int }') };
  const asks = await served({ supergraphSdl: composeServices([withoutMutation]).supergraphSdl! });
  expect((await asks(query)).errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
});

it.each([
  ['query A { books { id } } query B { books { id } }', undefined, 'Name the operation: the document has several.'],
  ['query A { books { id } }', 'B', 'The document has no operation "B".'],
])('refuses a request that names no operation of its document: %s', async (query, operationName, message) => {
  await served();
  const { body, http } = await running!.executeOperation({ query, ...(operationName ? { operationName } : {}) });
  const { errors, data } = (body as { singleResult: { data?: unknown; errors?: object[] } }).singleResult;
  expect([http.status, data]).toEqual([400, undefined]);
  expect(errors).toMatchObject([{ message, extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }]);
});

it('says which options it does not have', async () => {
  const warned: string[] = [];
  await served({
    logger: { ...silent, warn: (message: string) => void warned.push(message) },
    ...{ serviceHealthCheck: true, debug: false, apollo: undefined },
  });
  expect(warned).toEqual(['This gateway has no options serviceHealthCheck, debug: they do nothing.']);
});

it.each([
  [undefined, '`supergraphSdl` is the supergraph as a text'],
  [{ serviceList: [] }, 'it takes no `serviceList`: compose beforehand'],
  [{ supergraphSdl: parse('{ a }') }, '`supergraphSdl` is the supergraph as a text'],
  [{ supergraphSdl: () => Promise.resolve({}) }, 'has to give `{ supergraphSdl }`'],
  [{ supergraphSdl: () => Promise.resolve('type Query { a: Int }') }, 'has to give `{ supergraphSdl }`'],
])('says of wrong options what right ones are (%#)', async (options, message) => {
  const started = async () => createEngineGateway(options as never).load({ apollo: {} });
  await expect(started()).rejects.toThrow(message);
});

it('refuses a supergraph that restricts who may see something, and says what to do', async () => {
  const restricted = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
    type Query { one: Int @authenticated }`;
  const { supergraphSdl: closed } = composeServices([{ name: 'only', url: 'http://a/', typeDefs: parse(restricted) }]);
  const gateway = createEngineGateway({ supergraphSdl: closed! });
  await expect(gateway.load({ apollo: {} })).rejects.toThrow(
    /restricts fields by @authenticated, .*compose it without them/,
  );
});

it('says so if a data source is none', async () => {
  const gateway = createEngineGateway({ supergraphSdl, buildService: () => ({}) as never });
  await expect(gateway.load({ apollo: {} })).rejects.toThrow('buildService gave no data source for books');
});

it('says which subgraph an error is of, and what the subgraph says of it', async () => {
  const asks = await served();
  expect((await asks('{ book(id: "9") { cost: price } }')).errors).toEqual([
    { message: 'no price', path: ['book', 'cost'], extensions: { code: 'NO_PRICE', serviceName: 'prices' } },
  ]);
});

it('unpacks what a proxy has packed, though nobody asked for it', async () => {
  isPacked = true;
  const asks = await served();
  for (let n = 0; n < 4; n += 1)
    expect((await asks('{ book(id: 1) { title price } }')).data).toEqual({ book: { title: 'Book 1', price: 1 } });
});

it('works with the plugins for cache control and for whole answers: what may be kept is asked for once', async () => {
  const asks = await served({}, { plugins: [ApolloServerPluginCacheControl(), responseCachePlugin()] });
  const first = await asks('{ books { title price } }');
  expect(first.headers.get('cache-control')).toBe('max-age=60, public');
  const before = asked.length;
  const second = await asks('{ books { title price } }');
  expect([second.data, asked.length, second.headers.get('age')]).toEqual([first.data, before, '0']);
});

it('calls the hooks of its data sources, with the context of the request', async () => {
  const seen: unknown[] = [];
  class Known extends RemoteDataSource {
    override willSendRequest({ request, context }: Parameters<RemoteDataSource['willSendRequest']>[0]) {
      request.http!.headers.set('x-user', String(context['user']));
    }
    override didReceiveResponse({ response, request }: Parameters<RemoteDataSource['didReceiveResponse']>[0]) {
      seen.push(response.http?.status, request.query?.includes('books'));
      return response;
    }
  }
  const asks = await served({ buildService: ({ url }) => new Known({ url }) });
  expect((await asks('{ books { id } }', {}, { 'x-user': 'ann' })).data).toEqual({ books: [{ id: '1' }, { id: '2' }] });
  expect(asked.map(({ headers }) => headers['x-user'])).toEqual(['ann']);
  expect(seen).toEqual([200, true]);
});

it('asks through data sources and composition of @apollo/gateway', async () => {
  interface Context {
    readonly user: string;
  }
  class Known extends RemoteGraphQLDataSource<Context> {
    override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Context>) {
      request.http!.headers.set('x-user', String(context['user']));
    }
  }
  const subgraphs = servers.map((server, at) => ({
    name: Object.keys(sdl)[at]!,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
  }));
  const asks = await served({
    supergraphSdl: new IntrospectAndCompose({ subgraphs }),
    buildService: ({ url }) => new Known({ url }),
  });
  asked = [];
  const { data } = await asks('{ book(id: 2) { title price } }', {}, { 'x-user': 'ann' });
  expect(data).toEqual({ book: { title: 'Book 2', price: 2 } });
  expect(asked.map(({ headers }) => headers['x-user'])).toEqual(['ann', 'ann']);
});

it('says which subgraph is not well', async () => {
  const gateway = createEngineGateway({
    supergraphSdl: async ({ healthCheck }) => {
      await healthCheck(supergraphSdl.replace(/http:[^"]*(?=")/, 'http://127.0.0.1:1/'));
      return { supergraphSdl };
    },
  });
  await expect(gateway.load({ apollo: {} })).rejects.toThrow(/^The subgraph books is not well: .*ECONNREFUSED/);
});

it('tells what a data source refuses at its place, and goes on', async () => {
  const buildService = ({ name, url }: { name: string; url: string }) =>
    new RemoteDataSource({
      url,
      willSendRequest: () => {
        if (name === 'prices') throw new GraphQLError('not now', { extensions: { code: 'LATER' } });
      },
    });
  const asks = await served({ buildService });
  const { data, errors } = await asks('{ book(id: 1) { title price } }');
  expect(data).toEqual({ book: { title: 'Book 1', price: null } });
  expect(errors).toMatchObject([{ message: 'not now', path: ['book', 'price'], extensions: { code: 'LATER' } }]);
});

it('answers a document that comes often from bytes, with the same answer, hooks and errors', async () => {
  let inBytes = 0;
  class Counting extends RemoteDataSource {
    override ask(...asking: Parameters<RemoteDataSource['ask']>) {
      inBytes += 1;
      return super.ask(...asking);
    }
  }
  const failures: string[] = [];
  const buildService = ({ url }: { url: string }) =>
    new Counting({
      url,
      willSendRequest: ({ request, context }) => {
        request.http!.headers.set('x-user', String(context['user']));
        if (request.variables?.['of']) request.variables['of'] = 5;
      },
      didEncounterError: ({ message }) => failures.push(message),
    });
  const asks = await served({ buildService }, { plugins: [ApolloServerPluginCacheControl()] });
  const page = 'query($n: Int) { books { id title p: price(times: $n) } }';
  const answers = [];
  for (let n = 0; n < 5; n += 1) {
    const { text, headers } = await asks(page, { n: 3 }, { 'x-user': 'ann' });
    answers.push([text, headers.get('cache-control')]);
  }
  expect(inBytes).toBe(6);
  expect(new Set(answers.map(String)).size).toBe(1);
  expect(answers[0]![1]).toBe('max-age=60, public');
  expect(asked.every(({ headers }) => headers['x-user'] === 'ann')).toBe(true);

  answerWith = (name) => (name === 'prices' ? 'no JSON' : undefined);
  const { data, errors } = await asks(page, { n: 3 });
  expect(data).toEqual({ books: ['1', '2'].map((id) => ({ id, title: `Book ${id}`, p: null })) });
  expect(errors).toMatchObject([0, 1].map((at) => ({ path: ['books', at, 'p'] })));

  answerWith = () => '{"data":{"count":1}}';
  for (let n = 0; n < 4; n += 1) await asks('query($of: Long) { count(of: $of) }', { of: 4 });
  expect(asked.slice(-4).map(({ body }) => /"of":(\d)/.exec(body)?.[1])).toEqual(['5', '5', '5', '5']);
  expect(failures).toEqual([expect.stringContaining('JSON')]);
});

it('serves a supergraph that comes later, and keeps the one before if it cannot be served', async () => {
  let update: ((text: string) => void) | undefined;
  let isClean = false;
  const asks = await served({
    supergraphSdl: async ({ update: given, healthCheck }) => {
      update = given;
      await healthCheck(supergraphSdl);
      return { supergraphSdl, cleanup: () => Promise.resolve(void (isClean = true)) };
    },
  });
  expect(asked.map(({ name }) => name).sort()).toEqual(['books', 'prices']);
  expect(() => update!('type Query { a: Int }')).toThrow();
  expect((await asks('{ book(id: 1) { title } }')).errors).toBeUndefined();
  update!(supergraphSdl.replaceAll(/\btitle: String!/g, 'title: String! caption: String'));
  expect((await asks('{ __type(name: "Book") { fields { name } } book(id: 1) { title } }')).data).toEqual({
    __type: { fields: ['id', 'title', 'caption', 'price'].map((name) => ({ name })) },
    book: { title: 'Book 1' },
  });
  await running!.stop();
  running = undefined;
  expect(isClean).toBe(true);
});

it.each([
  [true, '{"data":{"count":9007199254740993}}\n'],
  [false, '{"data":{"count":9007199254740992}}\n'],
])('has all digits of numbers if it is told to (%s)', async (exactNumbers, expected) => {
  answerWith = () => '{"data":{"count":9007199254740993}}';
  const asks = await served({ exactNumbers }, exactNumbers ? { stringifyResult } : {});
  for (let n = 0; n < 4; n += 1)
    expect((await asks('{ count(of: 12345678901234567890) }')).text.trim()).toBe(expected.trim());
  expect(asked[0]!.body).toContain('12345678901234567890');
});
