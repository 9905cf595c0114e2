import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fixture, type Fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const operations = {
  shops: '# All shops, with what they sell.\nquery Shops { shops { id name wares { id title } } }',
  shop: '# One shop.\nquery OneShop($id: ID!, $short: Boolean = true) { shop(id: $id) { id name @skip(if: $short) } }',
  found: '# What is found.\nquery Found { found { __typename ... on Shop { name } ... on Vault { id } } }',
  broken: '# Fails in part.\nquery Broken { shops { id wares { broken } } }',
  order: '# An order of yours.\nquery MyOrder($orderId: ID!) { order(orderId: $orderId) { id status } }',
  undescribed: 'query Undescribed { shops { id } }',
  advance: '# Moves an order on.\nmutation Advance($orderId: ID!) { advance(orderId: $orderId) { version } }',
  hidden: '# Not for assistants.\nmutation Hidden($orderId: ID!) { advance(orderId: $orderId) { id } }',
  watch: '# A stream.\nsubscription Watch($id: ID!) { orderStatusChanged(orderId: $id) { status } }',
};

let parts: Fixture;
let channel: ServedChannel;
let url: URL;
const clients: Client[] = [];

beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts, {
    profile: 'production',
    operations,
    manifest: {
      mcp: { mutations: ['Advance'] },
      origins: ['https://assistant.example'],
      rates: { requestsPerMinute: 40, mutationsPerMinute: 2 },
    },
  });
  url = new URL('/mcp', channel.url.replace('localhost', '127.0.0.1'));
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await channel.close();
});
beforeEach(() => {
  parts.calls.length = 0;
  parts.orders.set('o1', { id: 'o1', owner: 'guest', status: 'PLACED', version: 1 });
});

async function assistant(token?: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  clients.push(client);
  return client;
}

const namesFor = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name).sort();

test('queries with a description are tools, and the mutations that the manifest names; for those who may ask', async () => {
  expect(await namesFor(await assistant())).toEqual(['Broken', 'Found', 'OneShop', 'Shops']);
  const guest = await assistant(await parts.token('customer', 'lister'));
  expect(await namesFor(guest)).toEqual(['Advance', 'Broken', 'Found', 'MyOrder', 'OneShop', 'Shops']);
});

test('a tool is described by its comment, its variables and its selections', async () => {
  const { tools } = await (await assistant()).listTools();
  const tool = tools.find(({ name }) => name === 'OneShop');
  expect(tool).toMatchObject({
    description: 'One shop.',
    annotations: { readOnlyHint: true },
    inputSchema: {
      properties: { id: { type: 'string' }, short: { type: ['boolean', 'null'], default: true } },
      required: ['id'],
      additionalProperties: false,
    },
  });
  expect(tool?.outputSchema?.properties?.['data']).toEqual({
    type: ['object', 'null'],
    properties: {
      shop: {
        type: ['object', 'null'],
        properties: { id: { type: 'string' }, name: { type: 'string' } },
        required: ['id'],
      },
    },
    required: ['shop'],
  });
});

// The client of the SDK checks each answer by the output schema of its tool.
test('calls are answered by what the schema says, those of unions and partial failures too', async () => {
  const client = await assistant(await parts.token('customer', 'guest'));
  await client.listTools();
  const call = async (name: string, variables = {}) => (await client.callTool({ name, arguments: variables })) as never;
  expect(await call('OneShop', { id: '7', short: false })).toMatchObject({
    structuredContent: { data: { shop: { id: '7', name: 'Shop 7' } } },
  });
  expect(await call('Found')).toMatchObject({
    structuredContent: {
      data: {
        found: [
          { __typename: 'Shop', name: 'Shop 1' },
          { __typename: 'Vault', id: 'v' },
        ],
      },
    },
  });
  expect(await call('Broken')).toMatchObject({
    structuredContent: { data: { shops: [{ wares: null }, { wares: null }] }, errors: [{}, {}] },
  });
  expect(await call('MyOrder', { orderId: 'o1' })).toMatchObject({
    structuredContent: { data: { order: { status: 'PLACED' } } },
  });
});

test('an argument that the tool does not have is refused by name, and nothing runs', async () => {
  const client = await assistant();
  const refused = (name: string, variables: Record<string, unknown>) => client.callTool({ name, arguments: variables });
  expect(await refused('OneShop', { id: '7', shrt: true })).toMatchObject({
    isError: true,
    structuredContent: {
      data: null,
      errors: [
        { message: 'There is no argument shrt. The tool takes id, short.', extensions: { code: 'BAD_USER_INPUT' } },
      ],
    },
  });
  expect(JSON.stringify(await refused('Shops', { first: 2 }))).toContain('no argument first. The tool takes none.');
  expect(parts.calls).toEqual([]);
});

test('a caller gets what its token allows, and no more than its rates', async () => {
  const other = await assistant(await parts.token('customer', 'other'));
  const call = async (name: string) =>
    (await other.callTool({ name, arguments: { orderId: 'o1' } })).structuredContent as { errors?: object[] };
  expect(await call('MyOrder')).toEqual({ data: { order: null } });
  await call('Advance');
  await call('Advance');
  expect(await call('Advance')).toMatchObject({ data: null, errors: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
  const nobody = await assistant();
  const refused = await nobody.callTool({ name: 'MyOrder', arguments: { orderId: 'o1' } });
  expect(refused.structuredContent).toMatchObject({ data: { order: null }, errors: [{}] });
});

test.each([
  ['no tool', 'Nothing', {}],
  ['a document without a description', 'Undescribed', {}],
  ['a mutation that the manifest does not name', 'Hidden', { orderId: 'o1' }],
  ['a subscription', 'Watch', { id: 'o1' }],
  ['a name of the language', '__proto__', {}],
])('%s is not called', async (_, name, variables) => {
  const client = await assistant(await parts.token('customer', `of ${name}`));
  await expect(client.callTool({ name, arguments: variables })).rejects.toThrow('There is no such tool');
  expect(parts.calls).toEqual([]);
});

test('tools are told in pages, each once, whatever comes and goes in between', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, n) => [`t${n}`, `# Tool ${n}.\nquery Tool${n} { shops { id } }`]),
  );
  const served = await serveFixture(parts, { operations: many, manifest: { mcp: {} } });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', served.url.replace('localhost', '127.0.0.1'))),
  );
  const [names, sizes]: [string[], number[]] = [[], []];
  let cursor: string | undefined;
  do {
    const page = await client.listTools({ ...(cursor !== undefined && { cursor }) });
    names.push(...page.tools.map(({ name }) => name));
    sizes.push(page.tools.length);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(sizes).toEqual([50, 50, 20]);
  expect(new Set(names)).toEqual(new Set(Object.keys(many).map((key) => key.replace('t', 'Tool'))));
  await expect(client.listTools({ cursor: 'nonsense of nobody' })).rejects.toThrow('This cursor is none of ours');
  await client.close();
  await served.close();
});

test('a call that its assistant cancels ends for it, and the door, which has no sessions, takes the news anywhere', async () => {
  const [one, other] = [await serveFixture(parts, { operations, manifest: { mcp: {} } }), channel];
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7, reason: 'enough' } };
  for (const served of [one, other]) {
    const response = await fetch(new URL('/mcp', served.url.replace('localhost', '127.0.0.1')), {
      method: 'POST',
      headers: usual,
      body: JSON.stringify(cancelled),
    });
    expect([response.status, await response.text()]).toEqual([202, '']);
  }
  const client = await assistant(await parts.token('customer', 'who cancels'));
  await expect(
    client.callTool({ name: 'Shops', arguments: {} }, undefined, { signal: AbortSignal.abort('enough') }),
  ).rejects.toThrow('enough');
  expect((await client.callTool({ name: 'OneShop', arguments: { id: '1' } })).isError).toBeUndefined();
  await one.close();
});

test.each([
  ['a variable that is missing', {}],
  ['a variable of another type', { id: { deep: [] } }],
])('%s is told, and nothing runs', async (_, variables) => {
  const client = await assistant(await parts.token('customer', 'wrong'));
  const { isError, structuredContent } = await client.callTool({ name: 'OneShop', arguments: variables });
  expect(isError).toBe(true);
  expect(structuredContent).toMatchObject({ data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(parts.calls).toEqual([]);
});

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const usual = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

test.each<[string, number, RequestInit]>([
  ['a page of another origin', 403, { headers: { ...usual, origin: 'https://evil.example' } }],
  ['a page that was rebound to this address', 403, { headers: { ...usual, origin: 'http://127.0.0.1' } }],
  ['a page of an origin of the channel', 200, { headers: { ...usual, origin: 'https://assistant.example' } }],
  ['a token that is none', 401, { headers: { ...usual, authorization: 'Bearer nonsense' } }],
  ['a form', 415, { headers: { ...usual, 'content-type': 'text/plain' } }],
  ['a body over the limit', 413, { body: JSON.stringify({ ...list, params: { x: 'x'.repeat(200_000) } }) }],
  ['a batch', 400, { body: JSON.stringify([list, list]) }],
  ['no JSON', 400, { body: '{' }],
  ['a prototype', 400, { body: '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"__proto__":{}}}' }],
  ['no message', 400, { body: '{}' }],
  ['null', 400, { body: 'null' }],
  ['a GET, which would open a stream', 405, { method: 'GET', body: null }],
  ['a DELETE, which would end a session', 405, { method: 'DELETE', body: null }],
])('%s is answered with %i', async (_, status, init) => {
  const response = await fetch(url, { method: 'POST', headers: usual, body: JSON.stringify(list), ...init });
  expect(response.status).toBe(status);
  expect(await response.json()).toHaveProperty('jsonrpc', '2.0');
});

test.each([
  ['application/json', 200],
  ['*/*', 200],
  ['application/json;q=0.9, text/plain', 200],
  ['text/event-stream', 406],
])('who accepts %s is answered with %i: answers are JSON, and no streams', async (accept, status) => {
  const response = await fetch(url, { method: 'POST', headers: { ...usual, accept }, body: JSON.stringify(list) });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
});

test.each<[string, string, unknown]>([
  ['arguments that are a list', 'tools/call', { name: 'OneShop', arguments: ['1'] }],
  ['arguments that are a text', 'tools/call', { name: 'OneShop', arguments: '{}' }],
  ['arguments that are null', 'tools/call', { name: 'OneShop', arguments: null }],
  ['a tool without a name', 'tools/call', { arguments: {} }],
  ['no parameters', 'tools/call', undefined],
  ['a cursor that is a number', 'tools/list', { cursor: 1 }],
  ['a greeting without a version', 'initialize', { capabilities: {} }],
])('%s are told as wrong parameters, under the id of the request, and counted', async (told, method, params) => {
  const authorization = `Bearer ${await parts.token('customer', `sends ${told}`)}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...usual, authorization },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'a7', method, params }),
  });
  const { id, error } = (await response.json()) as { id: unknown; error: { code: number; message: string } };
  expect([response.status, id, error.code]).toEqual([200, 'a7', -32602]);
  expect(error.message).toMatch(/^`params[.\w]*` is not as the protocol has it: [^\n[{]+\.$/);
  expect(response.headers.get('ratelimit')).toContain('r=39');
  expect(parts.calls).toEqual([]);
});

const tool = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'OneShop', arguments: { id: '1' } } };
test.each<[string, string, Record<string, string>?]>([
  ['a call', JSON.stringify(tool)],
  ['a call of a tool that is not there', JSON.stringify({ ...tool, params: { name: 'Tool' } })],
  ['a call that is no request', JSON.stringify({ ...tool, id: undefined })],
  ['a call that is no message', JSON.stringify({ method: 'tools/call' })],
  ['a call whose answer is not accepted', JSON.stringify(tool), { accept: 'text/event-stream' }],
  ['a list of tools', JSON.stringify(list)],
  ['a batch', JSON.stringify([tool, tool])],
  ['no JSON', '{'],
  ['no message', 'null'],
  ['a body over the limit', JSON.stringify({ ...list, params: { x: 'x'.repeat(200_000) } })],
])('%s is counted once, and refused like all others when there were too many', async (told, body, more) => {
  const authorization = `Bearer ${await parts.token('customer', `tries ${told}`)}`;
  const headers = { ...usual, authorization, ...more };
  const send = () => fetch(url, { method: 'POST', headers, body });
  const left = async () => Number(/r=(\d+)/.exec((await send()).headers.get('ratelimit') ?? '')?.[1]);
  expect([await left(), await left()]).toEqual([39, 38]);
  for (let n = 0; n < 38; n += 1) await send();
  const refused = await send();
  expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
  expect(await refused.json()).toMatchObject({ jsonrpc: '2.0', error: {} });
});

test('a channel whose manifest says nothing of it has no such door', async () => {
  const closed = await serveFixture(parts, { operations: { shops: operations.shops } });
  const response = await fetch(new URL('/mcp', closed.url.replace('localhost', '127.0.0.1')), { method: 'POST' });
  expect(response.status).toBe(404);
  await closed.close();
});
