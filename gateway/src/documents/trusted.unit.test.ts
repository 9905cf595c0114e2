import { createHash } from 'node:crypto';
import { parse, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { FakeTail } from '../testkit/fakeTail.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

const shops = '# the list\nquery Shops { shops { id name } }';
const watch = 'subscription Watch($id: ID!) { orderStatusChanged(orderId: $id) { status } }';
const operations = {
  shops,
  watch,
  advance: 'mutation Advance { advance(orderId: "o1") { version } }',
  pages: 'query Pages { shops { page } }',
};
const view = `
  type Query { page: Page! }
  type Page { headline: String! who: String! }
  type Shop @key(fields: "id") { id: ID! page: String! }
`;
const idOf = (text: string) =>
  createHash('sha256')
    .update(print(parse(text)))
    .digest('hex');

let parts: Fixture;
let production: ServedChannel;
let development: ServedChannel;

beforeAll(async () => {
  parts = await fixture();
  const options = {
    operations,
    view,
    manifest: {
      cache: { operations: { Shops: { maxAgeSeconds: 60, staleWhileRevalidateSeconds: 10 } } },
      viewResolvers: () =>
        Promise.resolve({
          Query: {
            page: async (
              _: unknown,
              _args: unknown,
              context: {
                principal: { subject: string };
                run: (name: string) => Promise<{ data: { shops: { name: string }[] } }>;
              },
            ) => {
              const { data } = await context.run('Shops');
              return { headline: data.shops.map(({ name }) => name).join(' & '), who: context.principal.subject };
            },
          },
          Shop: {
            __resolveReference: ({ id }: { id: string }) => ({ id }),
            page: ({ id }: { id: string }) => `page of ${id}`,
          },
        }),
    },
  };
  production = await serveFixture(parts, { ...options, profile: 'production', bus: new FakeTail() });
  development = await serveFixture(parts, options);
});
afterAll(() => Promise.all([production.close(), development.close()]));
beforeEach(() => {
  parts.calls.length = 0;
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'PLACED', version: 1 });
});

const get = (channel: ServedChannel, parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${channel.url}?${new URLSearchParams(parameters)}`, {
    headers: { 'graphql-require-preflight': '1', accept: 'application/graphql-response+json', ...headers },
  });
const expected = {
  data: {
    shops: [
      { id: '1', name: 'Shop 1' },
      { id: '2', name: 'Shop 2' },
    ],
  },
};
const code = (body: { errors?: { extensions: { code: string } }[] }) => body.errors?.[0]?.extensions.code;

describe('trusted documents in production', () => {
  it('run by documentId, by the hash of Apollo, and by their text in any layout', async () => {
    const hashed = { extensions: { persistedQuery: { version: 1, sha256Hash: idOf(shops) } } };
    for (const body of [
      { documentId: idOf(shops) },
      { documentId: `sha256:${idOf(shops)}` },
      hashed,
      { query: shops },
      { query: 'query Shops{shops{id,name}}' },
    ]) {
      expect((await production.post(body)).body).toEqual(expected);
    }
    expect(await (await get(production, { documentId: idOf(shops) })).json()).toEqual(expected);
    expect(await (await get(production, { extensions: JSON.stringify(hashed.extensions) })).json()).toEqual(expected);
  });

  it('run in the form of Apollo Client, with `__typename` added', async () => {
    const { body } = await production.post({ query: 'query Shops { shops { id name __typename } }' });
    expect(body.data.shops[0]).toEqual({ id: '1', name: 'Shop 1', __typename: 'Shop' });
  });

  it('are the only ones that run: others are refused by POST, GET and WebSocket before anything is fetched', async () => {
    const post = await production.post({ query: '{shops{id}}' });
    expect([post.status, code(post.body)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
    const byGet = await get(production, { query: '{shops{id}}' });
    expect([byGet.status, code((await byGet.json()) as never)]).toEqual([400, 'DOCUMENT_NOT_TRUSTED']);
    const unknown = await production.post({ documentId: 'f'.repeat(64) });
    expect([unknown.status, code(unknown.body)]).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    const hash = await production.post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } } });
    expect(code(hash.body)).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
    for (const query of [
      '{shops{id}}',
      '{__schema{queryType{name}}}',
      'subscription{orderStatusChanged(orderId:"o1"){id}}',
    ]) {
      expect(await overSocket({ query })).toMatchObject([{ extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }]);
    }
    expect(parts.calls).toEqual([]);
  });

  it('can be subscribed to over a WebSocket by documentId', async () => {
    expect(
      await overSocket(
        { query: '', extensions: { documentId: idOf(watch) }, variables: { id: 'o1' } },
        await parts.token('customer'),
      ),
    ).toMatchObject({ data: { orderStatusChanged: { status: 'PLACED' } } });
  });

  it('are served without an explorer, and only under the name of their own operation', async () => {
    expect((await fetch(production.url, { headers: { accept: 'text/html' } })).status).toBe(406);
    expect((await production.post({ documentId: idOf(shops), operationName: 'Other' })).status).toBe(400);
  });

  async function overSocket(
    payload: { query: string; variables?: Record<string, unknown>; extensions?: Record<string, unknown> },
    token?: string,
  ): Promise<unknown> {
    const client = createClient({
      url: production.url.replace('http://localhost', 'ws://127.0.0.1'),
      webSocketImpl: WebSocket,
      connectionParams: token ? { authorization: `Bearer ${token}` } : {},
    });
    try {
      return await new Promise(
        (resolve) => void client.subscribe(payload, { next: resolve, error: resolve, complete: () => {} }),
      );
    } finally {
      await client.dispose();
    }
  }
});

describe('other documents in development', () => {
  it('run, with suggestions in error messages; the hash of Apollo for one can be registered', async () => {
    expect((await development.post({ query: '{shopz{id}}' })).body.errors?.[0]?.message).toContain('Did you mean');
    const query = '{shops{id}}';
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    expect(code((await development.post({ extensions })).body)).toBe('PERSISTED_QUERY_NOT_FOUND');
    await development.post({ query, extensions });
    expect((await development.post({ extensions })).body.data.shops).toHaveLength(2);
    expect(
      (
        await development.post({
          query: '{__typename}',
          extensions: { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } },
        })
      ).status,
    ).toBe(400);
  });
});

describe('the cache', () => {
  it('may keep answers of operations in the policy fetched by GET, privately if there was a token', async () => {
    const headersOf = async (response: Response) => [
      response.headers.get('cache-control'),
      response.headers.get('vary'),
    ];
    const vary = 'Authorization, Accept, Accept-Encoding';
    expect(await headersOf(await get(production, { documentId: idOf(shops) }))).toEqual([
      'public, max-age=60, stale-while-revalidate=10',
      vary,
    ]);
    expect(
      await headersOf(
        await get(
          production,
          { documentId: idOf(shops) },
          { authorization: `Bearer ${await parts.token('customer')}` },
        ),
      ),
    ).toEqual(['private, max-age=60, stale-while-revalidate=10', vary]);
    expect(await headersOf(await get(development, { query: '{shops{id}}' }))).toEqual(['no-store', vary]);
    expect((await production.post({ documentId: idOf(shops) })).headers.get('cache-control')).toBe('no-store');
  });

  it('may not keep answers with errors, and GET runs no mutation', async () => {
    parts.down.add('shops');
    expect((await get(production, { documentId: idOf(shops) })).headers.get('cache-control')).toBe('no-store');
    parts.down.clear();
    const mutation = await get(production, { documentId: idOf(operations.advance) });
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('the view', () => {
  it('is resolved in this process as a part of the graph, and runs trusted documents as its caller', async () => {
    const { body } = await development.post(
      { query: '{page{headline who} shops{page}}' },
      { authorization: `Bearer ${await parts.token('customer', 'jo')}` },
    );
    expect({ data: body.data, errors: body.errors }).toEqual({
      data: { page: { headline: 'Shop 1 & Shop 2', who: 'jo' }, shops: [{ page: 'page of 1' }, { page: 'page of 2' }] },
    });
  });
});

describe('a channel', () => {
  it('does not start with a trusted document that is invalid in its graph', async () => {
    await expect(serveFixture(parts, { operations: { bad: 'query Bad { audit }' } })).rejects.toThrow(
      'the document Bad is not valid in the channel',
    );
    await expect(
      serveFixture(parts, { operations: { two: 'query A { __typename } query B { __typename }' } }),
    ).rejects.toThrow('exactly one operation');
  });
});
