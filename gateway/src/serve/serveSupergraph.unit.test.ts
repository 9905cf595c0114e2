import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { auditServer } from 'graphql-http';
import { graphql, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '#platform/testkit/certificates.ts';
import { httpSubgraph } from '../execution/dataSources/httpSubgraph.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { serveSupergraph } from './serveSupergraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';
const sdl = {
  books: `${link} scalar JSON type Query { books: [Book!]! book(id: ID): Book odd: Odd proto: JSON echo(input: OddInput, any: JSON): String } type Mutation { add: Int } type Book @key(fields: "id") { id: ID! title: String! }
    type Odd { constructor: String toString: String hasOwnProperty: String valueOf: String prototype: String any: JSON } input OddInput { constructor: String toString: String }`,
  prices: `${link} type Book @key(fields: "id") { id: ID! price(times: Int = 1): Int constructor: String }`,
};
const odd = {
  constructor: 'a',
  toString: 'b',
  hasOwnProperty: 'c',
  valueOf: 'd',
  prototype: 'e',
  any: { constructor: { prototype: { polluted: 1 } } },
};
const resolvers = {
  books: {
    Query: {
      books: () => [
        { id: '1', title: 'A' },
        { id: '2', title: 'B' },
      ],
      book: () => ({ id: '1', title: 'A' }),
      odd: () => odd,
      proto: () => JSON.parse('{"__proto__":{"a":[1]},"b":9007199254740993}') as unknown,
      echo: (_: unknown, given: unknown) => JSON.stringify(given),
    },
    Mutation: { add: () => 1 },
  },
  prices: {
    Book: {
      __resolveReference: ({ id }: { id: string }) => ({
        id,
        price: ({ times }: { times: number }) => Number(id) * 10 * times,
        constructor: 'Lotus',
      }),
    },
  },
};

/**
 * What a subgraph does before it answers; nothing by default. Returning true means that it has sent an answer itself.
 */
let meddle: (
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
  attempt: number,
) => boolean | Promise<boolean>;
let attempts: Record<string, number>;
const servers: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
let running: RunningChannel;

async function listen(name: keyof typeof sdl): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl[name]), resolvers: resolvers[name] as never });
  const server = createServer(
    (request, response) =>
      void (async () => {
        attempts[name] = (attempts[name] ?? 0) + 1;
        let body = '';
        for await (const chunk of request) body += String(chunk);
        if (await meddle(name, request, response, attempts[name])) return;
        const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
        const result = await graphql({ schema, source: query, variableValues: variables });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      })(),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

beforeAll(async () => {
  const services = await Promise.all(
    (['books', 'prices'] as const).map(async (name) => ({ name, url: await listen(name), typeDefs: parse(sdl[name]) })),
  );
  const { supergraphSdl } = composeServices(services);
  writeFileSync(join(folder, 'supergraph.graphql'), supergraphSdl!);
  running = await serveSupergraph({
    SUPERGRAPH: join(folder, 'supergraph.graphql'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    FORWARD_AUTHORIZATION: 'true',
  });
});
afterAll(async () => {
  await running.close();
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  meddle = () => false;
  attempts = {};
});

const ask = async (query: string, headers: Record<string, string> = {}, more: object = {}, url = running.url) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });
  return response.json() as Promise<{
    data?: unknown;
    errors?: { message: string; path?: unknown; extensions: { code: string } }[];
  }>;
};

describe('any Federation 2 supergraph', () => {
  it('gives fields whatever names the client chooses', async () => {
    const text =
      '{ __proto__: book { __typename: title __proto__: price __streamed: id } b: books { __proto__: __typename } }';
    for (let time = 0; time < 4; time += 1)
      expect(JSON.stringify(await ask(text))).toBe(
        '{"data":{"__proto__":{"__typename":"A","__proto__":10,"__streamed":"1"},"b":[{"__proto__":"Book"},{"__proto__":"Book"}]}}',
      );
  });

  it('gives a JSON scalar with a key `__proto__` as it came', async () => {
    for (let time = 0; time < 4; time += 1)
      expect(JSON.stringify(await ask('{ proto books { price } }'))).toMatch(
        /^\{"data":\{"proto":\{"__proto__":\{"a":\[1\]\},"b":/,
      );
  });

  it('runs documents as deep and as wide as those who write them need', async () => {
    const books = Array.from({ length: 60 }, (_, at) => `b${at}: book(id: ${at}) { p: price(times: ${at}) t: title }`);
    const { data, errors } = await ask(`{ ${books.join(' ')} }`);
    expect(errors).toBeUndefined();
    expect(Object.keys(data as object)).toHaveLength(60);
  });

  it('is served over HTTP, with its subgraphs joined', async () => {
    expect(await ask('{books{title price}}')).toEqual({
      data: {
        books: [
          { title: 'A', price: 10 },
          { title: 'B', price: 20 },
        ],
      },
    });
  });

  it('passes every MUST and SHOULD of the graphql-http audit', async () => {
    const results = await auditServer({ url: running.url });
    expect(
      results.filter((result) => result.status !== 'ok' && !result.name.startsWith('MAY')).map((result) => result.name),
    ).toEqual([]);
  });

  it('receives the client authorization in its subgraphs if that is configured', async () => {
    let seen: string | undefined;
    meddle = (_name, request) => {
      seen = request.headers.authorization;
      return false;
    };
    await ask('{books{id}}', { authorization: 'Bearer theirs' });
    expect(seen).toBe('Bearer theirs');
  });

  it('runs one operation of a document, whatever the other operations and their fragments select and declare', async () => {
    const query = `query Dear($times: Int) { book { ...Priced } } query All { books { ...Titled } } query Plain { book { id } }
      fragment Priced on Book { id price(times: $times) } fragment Titled on Book { title }`;
    expect(await ask(query, {}, { operationName: 'Dear', variables: { times: 3 } })).toEqual({
      data: { book: { id: '1', price: 30 } },
    });
    expect(await ask(query, {}, { operationName: 'All' })).toEqual({
      data: { books: [{ title: 'A' }, { title: 'B' }] },
    });
    expect(await ask(query, {}, { operationName: 'Plain' })).toEqual({ data: { book: { id: '1' } } });
  });

  it.each([
    ['query($v: Boolean = false) { books @skip(if: $v) { id } }', { v: null }],
    ['query($v: Boolean = true) { books { id ...p } } fragment p on Book { price @include(if: $v) }', { v: null }],
    ['query($v: Boolean = true) { __schema @include(if: $v) { queryType { name } } }', { v: null }],
    ['query($v: String = "Query") { __type(name: $v) { name } }', { v: null }],
  ])('refuses null where it decides what is asked for, as a fault of the request: %s', async (query, variables) => {
    const answer = await ask(query, {}, { variables });
    expect(answer).toEqual({ errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] });
    expect(attempts).toEqual({});
  });

  it('accepts any name that does not begin with two underscores as a field, alias, argument, variable or JSON key', async () => {
    const { any, ...names } = odd;
    expect(await ask('{odd{constructor toString hasOwnProperty valueOf prototype any}}')).toEqual({
      data: { odd: { ...names, any } },
    });
    expect(await ask('{constructor:odd{valueOf:constructor} toString:books{hasOwnProperty:price}}')).toEqual({
      data: { constructor: { valueOf: 'a' }, toString: [{ hasOwnProperty: 10 }, { hasOwnProperty: 20 }] },
    });
    expect(await ask('{book{title constructor}}')).toEqual({ data: { book: { title: 'A', constructor: 'Lotus' } } });
    const query = 'query($constructor: OddInput, $valueOf: JSON){echo(input:$constructor, any:$valueOf)}';
    const variables = {
      constructor: { constructor: 'x', toString: 'y' },
      valueOf: { constructor: { prototype: { polluted: 1 } } },
    };
    expect(await ask(query, {}, { variables })).toEqual({
      data: { echo: JSON.stringify({ input: variables.constructor, any: variables.valueOf }) },
    });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('fails to start with a message of one line when there is no file', async () => {
    await expect(serveSupergraph({})).rejects.toThrow('SUPERGRAPH must name a file');
    await expect(serveSupergraph({ SUPERGRAPH: '/nowhere/to.graphql' })).rejects.toThrow(
      '/nowhere/to.graphql cannot be read',
    );
  });

  it('runs documents with many fields in one place, as tools write them', async () => {
    const many = Array.from({ length: 600 }, (_, at) => `b${at}: book(id: ${at % 19}) { id }`).join(' ');
    const { data, errors } = await ask(`{ ${many} }`);
    expect(errors).toBeUndefined();
    expect(Object.keys(data as object)).toHaveLength(600);
  });

  it('answers nobody what only some may see, and everybody the rest', async () => {
    const restricted = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: ["@key", { name: "@authenticated", as: "@known" }, "@requiresScopes", "@policy"])
      scalar JSON @policy(policies: [["some"]])
      type Query { books: [Book] echo(any: JSON): String proto: JSON odd: Odd } type Mutation { add: Int @known }
      type Odd @known { any: String valueOf: String }
      type Book @key(fields: "id") { id: ID! title: String @requiresScopes(scopes: [["read", "write"], ["all"]]) }`;
    const { supergraphSdl } = composeServices([
      { name: 'books', url: await listen('books'), typeDefs: parse(restricted) },
    ]);
    const file = join(folder, 'restricted.graphql');
    writeFileSync(file, supergraphSdl!);
    const closed = await serveSupergraph({ SUPERGRAPH: file, PORT: '0', LOG_LEVEL: 'silent' });
    const { data, errors } = await ask(
      '{ books { id name: title } proto echo(any: 1) o: odd { valueOf } }',
      {},
      {},
      closed.url,
    );
    expect(data).toEqual({
      books: [
        { id: '1', name: null },
        { id: '2', name: null },
      ],
      proto: null,
      echo: '{"any":1}',
      o: null,
    });
    expect(errors?.map(({ path, extensions: { code } }) => [path, code])).toEqual(
      [['books', 0, 'name'], ['books', 1, 'name'], ['proto'], ['o']].map((path) => [path, 'UNAUTHENTICATED']),
    );
    expect(errors?.[0]?.message).toBe(
      'Book.title is restricted by @requiresScopes, and this gateway verifies no tokens: nobody is answered it.',
    );
    attempts = {};
    expect(await ask('mutation { add }', {}, {}, closed.url)).toMatchObject({ data: { add: null } });
    expect(attempts).toEqual({});
    await closed.close();
  });

  it('lets web apps of the origins call that it is told of, and speaks TLS with a certificate', async () => {
    const { ca, cert, key } = certificates();
    const told = await serveSupergraph({
      SUPERGRAPH: join(folder, 'supergraph.graphql'),
      PORT: '0',
      LOG_LEVEL: 'silent',
      ORIGINS: 'https://a.example, https://b.example',
      TLS_CERT_PATH: cert,
      TLS_KEY_PATH: key,
    });
    try {
      expect(told.url).toMatch(/^https:/);
      const allowed = (origin: string) =>
        new Promise((resolve, reject) => {
          const headers = { origin, 'access-control-request-method': 'POST' };
          const to = { host: '127.0.0.1', port: told.port, path: '/graphql', method: 'OPTIONS', headers };
          httpsRequest({ ...to, ca: readFileSync(ca), agent: false }, (response) => {
            response.resume();
            resolve(response.headers['access-control-allow-origin']);
          })
            .on('error', reject)
            .end();
        });
      expect(await allowed('https://b.example')).toBe('https://b.example');
      expect(await allowed('https://c.example')).toBeUndefined();
    } finally {
      await told.close();
    }
  });

  it.each([
    [{ TLS_KEY_PATH: '/a' }, 'TLS_CERT_PATH and TLS_KEY_PATH belong together'],
    [{ ORIGINS: 'https://a.example/' }, '"https://a.example/" is no origin'],
  ])('fails to start with settings that would do nothing: %s', async (settings, message) => {
    const usual = { SUPERGRAPH: join(folder, 'supergraph.graphql'), PORT: '0', LOG_LEVEL: 'silent' };
    await expect(serveSupergraph({ ...usual, ...settings })).rejects.toThrow(message);
  });

  it('fails to start with a supergraph that renames its root types, and says what to do', async () => {
    const text = readFileSync(join(folder, 'supergraph.graphql'), 'utf8');
    for (const [usual, other] of [
      ['Query', 'Start'],
      ['Mutation', 'Change'],
    ] as const) {
      const renamed = join(folder, `${other}.graphql`);
      writeFileSync(renamed, text.replaceAll(new RegExp(`\\b${usual}\\b`, 'g'), other));
      await expect(serveSupergraph({ SUPERGRAPH: renamed, PORT: '0', LOG_LEVEL: 'silent' })).rejects.toThrow(
        `its type ${other} has to be called ${usual}`,
      );
    }
  });
});

describe('a subgraph over HTTP', () => {
  it('gets a query a second time if it was lost on the way', async () => {
    meddle = (_name, request, _response, attempt) => {
      if (attempt === 1) request.socket.destroy();
      return attempt === 1;
    };
    expect(await ask('{books{title}}')).toEqual({ data: { books: [{ title: 'A' }, { title: 'B' }] } });
    expect(attempts).toEqual({ books: 2 });
  });

  it('is never sent a mutation twice', async () => {
    meddle = (_name, request) => {
      request.socket.destroy();
      return true;
    };
    expect(await ask('mutation{add}')).toMatchObject({
      data: { add: null },
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
    expect(attempts).toEqual({ books: 1 });
  });

  it('may pack its answers, though nobody asks for it', async () => {
    const packed = gzipSync('{"data":{"books":[{"title":"A"}]}}');
    meddle = (name, _request, response) => {
      if (name !== 'books') return false;
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(packed);
      return true;
    };
    expect(await ask('{books{title}}')).toEqual({ data: { books: [{ title: 'A' }] } });
  });

  it('that stays busy leaves its fields null', async () => {
    meddle = (name, _request, response) => {
      if (name === 'prices') response.writeHead(503).end();
      return name === 'prices';
    };
    expect(await ask('{books{title price}}')).toEqual({
      data: {
        books: [
          { title: 'A', price: null },
          { title: 'B', price: null },
        ],
      },
      errors: [0, 1].map((index) => ({
        message: 'The part of the graph that prices answers is not available.',
        path: ['books', index, 'price'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
      })),
    });
    expect(attempts['prices']).toBe(2);
  });

  it.each<[string, number, string, string | Buffer]>([
    ['500 with JSON of a framework', 500, 'application/json', '{"message":"Internal Server Error"}'],
    ['401 with JSON of a proxy', 401, 'application/json', '{"error":"unauthorized"}'],
    ['an empty map', 200, 'application/json', '{}'],
    ['a list', 200, 'application/json', '[]'],
    ['a text', 200, 'application/json', '"maintenance"'],
    ['null', 200, 'application/json', 'null'],
    ['neither data nor a reason', 200, 'application/json', '{"data":null}'],
    ['an empty list of reasons', 200, 'application/json', '{"data":null,"errors":[]}'],
    ['reasons that are none', 200, 'application/json', '{"errors":["down"]}'],
    ['data that is a list', 200, 'application/json', '{"data":[]}'],
    ['HTML', 200, 'text/html', '<h1>Sign in</h1>'],
    ['GraphQL under another type', 200, 'text/plain; note=json', '{"data":{"odd":null,"prices":[]}}'],
    ['bytes that are no UTF-8', 200, 'application/json', Buffer.from([0x7b, 0x22, 0x64, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['no JSON', 200, 'application/json', '{"data":'],
  ])(
    'that answers with what is no GraphQL has not answered, which is said at its place: %s',
    async (_what, status, type, text) => {
      let of = 'books';
      meddle = (name, _request, response) => {
        if (name === of) response.writeHead(status, { 'content-type': type }).end(text);
        return name === of;
      };
      expect(await ask('{odd{constructor} b:book(id:"1"){id}}')).toEqual({
        data: { odd: null, b: null },
        errors: [
          expect.objectContaining({ path: ['odd'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }),
          expect.objectContaining({ path: ['b'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }),
        ],
      });
      of = 'prices';
      expect(await ask('{book{id price}}')).toEqual({
        data: { book: { id: '1', price: null } },
        errors: [expect.objectContaining({ path: ['book', 'price'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } })],
      });
    },
  );

  it('has its errors passed on with all their extensions, whatever their code', async () => {
    const extensions = {
      code: 'BAD_USER_INPUT',
      field: 'mail',
      problems: [{ rule: 'format' }],
      serviceName: 'one behind it',
    };
    meddle = (_name, _request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/graphql-response+json; charset=utf-8' })
        .end(JSON.stringify({ data: { odd: null }, errors: [{ message: 'No.', path: ['odd'], extensions }] }));
      return true;
    };
    expect(await ask('{odd{constructor}}')).toEqual({
      data: { odd: null },
      errors: [{ message: 'No.', path: ['odd'], extensions }],
    });
  });

  it.each([
    [{ message: 'No.', path: 3, extensions: 'odd' }, { message: 'No.' }],
    [{ path: ['odd'] }, { message: 'The subgraph told an error without a message.', path: ['odd'] }],
    ['No.', { message: 'No.' }],
  ])('keeps its data beside an error that is not as GraphQL has them: %j', async (error, told) => {
    meddle = (_name, _request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: { odd: null, book: { id: '1' } }, errors: [error] }));
      return true;
    };
    expect(await ask('{ odd { valueOf } book { id } }')).toEqual({
      data: { odd: null, book: { id: '1' } },
      errors: [{ ...told, extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } }],
    });
  });

  it('cannot reach a prototype', async () => {
    meddle = (_name, _request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"data":{"books":[{"__proto__":{"polluted":1},"title":"A"}]}}');
      return true;
    };
    expect(await ask('{books{title}}')).toEqual({ data: { books: [{ title: 'A' }] } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that does not answer in time is not waited for, and not called again', async () => {
    const url = `http://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}/graphql`;
    const impatient = httpSubgraph(url, { timeoutMs: 50 });
    meddle = () => new Promise(() => {});
    await expect(impatient({ query: '{books{id}}' }, {})).rejects.toThrow(/timeout/i);
    expect(attempts).toEqual({ books: 1 });
    servers[0]!.closeAllConnections();
    await impatient.close();
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['stops amid its answer', (response) => response.write('{"data":{"books"')],
    ['answers with more than is taken', (response) => response.end(`{"data":{"any":"${'x'.repeat(100_000)}"}}`)],
    [
      'goes on with more than is taken',
      (response) => {
        const writing = setInterval(() => response.write('x'.repeat(10_000)), 1);
        response.on('close', () => clearInterval(writing));
      },
    ],
  ])('that %s has not answered, and is not called again', async (_what, begin) => {
    const url = `http://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}/graphql`;
    const strict = httpSubgraph(url, { timeoutMs: 100, maxAnswerBytes: 50_000 });
    meddle = (_name, _request, response) => {
      begin(response.writeHead(200, { 'content-type': 'application/json' }));
      return true;
    };
    await expect(strict({ query: '{books{id}}' }, {})).rejects.toThrow();
    expect(attempts).toEqual({ books: 1 });
    servers[0]!.closeAllConnections();
    await strict.close();
  });
});
