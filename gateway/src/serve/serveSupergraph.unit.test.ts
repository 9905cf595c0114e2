import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { auditServer } from 'graphql-http';
import { graphql, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { httpSubgraph } from '../execution/dataSources/httpSubgraph.ts';
import type { RunningChannel } from './gatewayRuntime.ts';
import { serveSupergraph } from './serveSupergraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])';
const sdl = {
  books: `${link} type Query { books: [Book!]! } type Mutation { add: Int } type Book @key(fields: "id") { id: ID! title: String! }`,
  prices: `${link} type Book @key(fields: "id") { id: ID! price: Int }`,
};
const resolvers = {
  books: { Query: { books: () => [{ id: '1', title: 'A' }, { id: '2', title: 'B' }] }, Mutation: { add: () => 1 } },
  prices: { Book: { __resolveReference: ({ id }: { id: string }) => ({ id, price: Number(id) * 10 }) } },
};

/** What a subgraph does before it answers; the default is nothing. Returning true means it has answered. */
let meddle: (name: string, request: IncomingMessage, response: ServerResponse, attempt: number) => boolean | Promise<boolean>;
let attempts: Record<string, number>;
const servers: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
let running: RunningChannel;

async function listen(name: keyof typeof sdl): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl[name]), resolvers: resolvers[name] as never });
  const server = createServer((request, response) => void (async () => {
    attempts[name] = (attempts[name] ?? 0) + 1;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (await meddle(name, request, response, attempts[name])) return;
    const { query, variables } = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  })());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

beforeAll(async () => {
  const services = await Promise.all((['books', 'prices'] as const).map(async (name) => ({ name, url: await listen(name), typeDefs: parse(sdl[name]) })));
  const { supergraphSdl } = composeServices(services);
  writeFileSync(join(folder, 'supergraph.graphql'), supergraphSdl!);
  running = await serveSupergraph({ SUPERGRAPH: join(folder, 'supergraph.graphql'), PORT: '0', LOG_LEVEL: 'silent', FORWARD_AUTHORIZATION: 'true' });
});
afterAll(async () => {
  await running.close();
  servers.forEach((server) => { server.closeAllConnections(); server.close(); });
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  meddle = () => false;
  attempts = {};
});

const ask = async (query: string, headers: Record<string, string> = {}) => {
  const response = await fetch(running.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
  return response.json() as Promise<{ data?: unknown; errors?: { message: string; path?: unknown; extensions: { code: string } }[] }>;
};

describe('any Federation 2 supergraph', () => {
  it('is served over HTTP, joined', async () => {
    expect(await ask('{books{title price}}')).toEqual({ data: { books: [{ title: 'A', price: 10 }, { title: 'B', price: 20 }] } });
  });

  it('passes the audit', async () => {
    const results = await auditServer({ url: running.url });
    expect(results.filter((result) => result.status !== 'ok' && !result.name.startsWith('MAY')).map((result) => result.name)).toEqual([]);
  });

  it('is sent the authorization of the client, where that is asked for', async () => {
    let seen: string | undefined;
    meddle = (_name, request) => { seen = request.headers.authorization; return false; };
    await ask('{books{id}}', { authorization: 'Bearer theirs' });
    expect(seen).toBe('Bearer theirs');
  });

  it('is refused with one line when there is no file', async () => {
    await expect(serveSupergraph({})).rejects.toThrow('SUPERGRAPH must name a file');
    await expect(serveSupergraph({ SUPERGRAPH: '/nowhere/to.graphql' })).rejects.toThrow('/nowhere/to.graphql cannot be read');
  });
});

describe('a subgraph over HTTP', () => {
  it('is asked once more when a query is lost on the way', async () => {
    meddle = (_name, request, _response, attempt) => { if (attempt === 1) request.socket.destroy(); return attempt === 1; };
    expect(await ask('{books{title}}')).toEqual({ data: { books: [{ title: 'A' }, { title: 'B' }] } });
    expect(attempts).toEqual({ books: 2 });
  });

  it('is never sent a mutation twice', async () => {
    meddle = (_name, request) => { request.socket.destroy(); return true; };
    expect(await ask('mutation{add}')).toMatchObject({ data: { add: null }, errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    expect(attempts).toEqual({ books: 1 });
  });

  it('that stays busy leaves its part empty', async () => {
    meddle = (name, _request, response) => { if (name === 'prices') response.writeHead(503).end(); return name === 'prices'; };
    expect(await ask('{books{title price}}')).toEqual({
      data: { books: [{ title: 'A', price: null }, { title: 'B', price: null }] },
      errors: [{ message: 'The part of the graph that prices answers is not available.', path: ['books'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    });
    expect(attempts['prices']).toBe(2);
  });

  it('cannot reach a prototype', async () => {
    meddle = (_name, _request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"books":[{"__proto__":{"polluted":1},"title":"A"}]}}'); return true; };
    expect(await ask('{books{title}}')).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('that does not answer in time is given up, and not asked again', async () => {
    const url = `http://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}/graphql`;
    const impatient = httpSubgraph(url, { timeoutMs: 50 });
    meddle = () => new Promise(() => {});
    await expect(impatient({ query: '{books{id}}' }, {})).rejects.toThrow(/timeout/i);
    expect(attempts).toEqual({ books: 1 });
    servers[0]!.closeAllConnections();
    await impatient.close();
  });
});
