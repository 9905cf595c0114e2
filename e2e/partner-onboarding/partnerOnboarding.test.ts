import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { signRequest } from '../../clients/request-signing/src/signRequest.ts';
import { until } from '#platform/testkit/until.ts';
import {
  ActivatePartnerDocumentDocument,
  MakeApiKeyDocument,
  PartnerAccountDocument,
  RegisterDocumentDocument,
  RetirePartnerDocumentDocument,
  RevokeApiKeyDocument,
} from '#generated/bffs/partner/operations.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const run = promisify(execFile);
const signing = fileURLToPath(new URL('../../clients/request-signing/', import.meta.url));
const appId = seedId('partner-app', 1);
const storeList = 'query StoreList($first: Int = 3) { stores(first: $first) { edges { node { id name openNow } } } }';
const newStoreList = 'query StoreList($first: Int = 3) { stores(first: $first) { edges { node { id name } } } }';

let system: TestSystem;
let developer: ChannelClient;
let url: string;

beforeAll(async () => {
  system = await sharedSystem();
  developer = system.client('partner', { role: 'partner' });
  url = system.urlOf('partner');
});

/** The success of a mutation. */
async function done<Data extends object, Name extends string>(
  answer: Promise<{ readonly data: Data | undefined; readonly errors: readonly unknown[] }>,
  typename: Name,
): Promise<Extract<Data[keyof Data], { __typename: Name }>> {
  const { data, errors } = await answer;
  expect(errors).toEqual([]);
  const [outcome] = Object.values(data ?? {}).filter((each) => typeof each === 'object') as [{ __typename: string }];
  expect(outcome).toMatchObject({ __typename: typename });
  return outcome as never;
}

const makeKey = async (overlapHours = 168): Promise<string> =>
  (await done(developer.mutate(MakeApiKeyDocument, { input: { appId, overlapHours } }), 'MakeApiKeySuccess')).apiKey;
const register = (text: string, trialVariables?: string) =>
  done(
    developer.mutate(RegisterDocumentDocument, { input: { appId, text, trialVariables } }),
    'RegisterDocumentSuccess',
  );
const activate = (id: string) =>
  done(developer.mutate(ActivatePartnerDocumentDocument, { input: { id } }), 'ActivatePartnerDocumentSuccess');

interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { data?: { stores?: { edges: unknown[] } }; errors?: { extensions: Record<string, unknown> }[] };
}

async function send(to: string, body: object, headers: Record<string, string>): Promise<Sent> {
  const response = await fetch(to, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Sent['body'] };
}

const withKey = (apiKey: string, body: object) => send(url, body, { authorization: `ApiKey ${apiKey}` });
const codeOf = ({ body }: Sent) => body.errors?.[0]?.extensions['code'];

describe('a partner', () => {
  it('registers a document, executes it by id, moves to a new version, and is told when the old one ends', async () => {
    const apiKey = await makeKey();
    const first = await register(storeList);
    expect(first).toMatchObject({ document: { release: 'StoreList@1', state: 'PENDING' }, scopes: [], trial: null });
    expect(first.quota).toMatchObject({ requestsPerMinute: 1_200, mutationsPerMinute: 60 });
    expect(first.limits).toContainEqual({ __typename: 'DocumentLimit', name: 'depth', has: 4, most: 15 });
    const { documentId } = first;
    expect(codeOf(await withKey(apiKey, { documentId }))).toBe('DOCUMENT_NOT_FOUND');

    await activate(first.document.id);
    const answer = await withKey(apiKey, { documentId, variables: { first: 2 } });
    expect([answer.status, answer.body.errors, answer.body.data?.stores?.edges.length]).toEqual([200, undefined, 2]);
    expect([answer.headers.get('deprecation'), answer.headers.get('sunset')]).toEqual([null, null]);

    const second = await register(newStoreList);
    expect(second.document.release).toBe('StoreList@2');
    await activate(second.document.id);
    const sunset = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000);
    const retire = (at: Date) =>
      developer.mutate(RetirePartnerDocumentDocument, {
        input: { id: first.document.id, sunset: at.toISOString(), successorId: second.document.id },
      });
    await done(retire(sunset), 'RetirePartnerDocumentSuccess');
    const ending = await withKey(apiKey, { documentId });
    expect([ending.status, ending.headers.get('sunset')]).toEqual([200, sunset.toUTCString()]);
    expect(ending.headers.get('deprecation')).toMatch(/^@\d{10}$/);

    await done(retire(new Date(Date.now() - 1_000)), 'RetirePartnerDocumentSuccess');
    const ended = await withKey(apiKey, { documentId });
    expect([ended.status, codeOf(ended)]).toEqual([410, 'DOCUMENT_RETIRED']);
    expect(ended.body.errors?.[0]?.extensions['successor']).toEqual({
      documentId: second.documentId,
      release: 'StoreList@2',
    });
    expect((await withKey(apiKey, { documentId: `sha256:${second.documentId}` })).body.errors).toBeUndefined();

    await until(async () => {
      const { data } = await developer.query(PartnerAccountDocument, {});
      const documents = data?.myPartnerAccount?.apps.flatMap((app) => app.documents) ?? [];
      return documents.find(({ release }) => release === 'StoreList@1')?.use[0]?.requests === 2;
    });
  });

  it('asks for nothing but what is registered for its app, and by POST', async () => {
    const apiKey = await makeKey();
    expect((await withKey(apiKey, { query: '{ stores { pageInfo { hasNextPage } } }' })).status).toBe(404);
    expect((await withKey(apiKey, { documentId: '0'.repeat(64) })).status).toBe(404);
    const own = await withKey(apiKey, { documentId: '\u0000' });
    expect([own.status, codeOf(own)]).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    const get = await fetch(`${url}?documentId=${'0'.repeat(64)}`, { headers: { authorization: `ApiKey ${apiKey}` } });
    expect(get.status).toBe(405);
    expect((await send(url, {}, { authorization: 'ApiKey nonsense' })).status).toBe(401);
    expect((await send(url, {}, { authorization: 'ApiKey' })).status).toBe(401);
  });

  it('is told what is wrong with a document, all at once', async () => {
    const refusalOf = async (text: string) =>
      (
        await done(developer.mutate(RegisterDocumentDocument, { input: { appId, text } }), 'DocumentRefused')
      ).problems.map(({ code }) => code);
    expect(await refusalOf('query A { stores { nothing } nobody }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    expect(await refusalOf('query {')).toEqual(['GRAPHQL_PARSE_FAILED']);
    expect(await refusalOf('{ menuCategories { id } }')).toEqual(['BAD_USER_INPUT']);
    expect(await refusalOf('query A { me { id } }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(new Set(await refusalOf('query A { myPartnerAccount { name } }'))).toEqual(new Set(['FORBIDDEN']));
    expect(
      await refusalOf(
        `query A($s: ID!) { deliveryQuote(storeId: $s, position: { latitude: 52, longitude: 13 }) { __typename } }`,
      ),
    ).toEqual(['FORBIDDEN']);
  });

  it('tries a document on the seeded data where the profile is that of development', async () => {
    const replica = await system.replicaInDevelopment('partner');
    const token = await system.tokenFor({ role: 'partner' });
    const text = 'query Trial($first: Int!) { stores(first: $first) { edges { node { name } } } }';
    const register =
      'mutation ($input: RegisterDocumentInput!) { registerDocument(input: $input) { ... on RegisterDocumentSuccess { trial curl typescript } } }';
    const trialOf = async (trialVariables: string) => {
      const { body } = await send(
        replica,
        { query: register, variables: { input: { appId, text, trialVariables } } },
        { authorization: `Bearer ${token}` },
      );
      const { registerDocument } = body.data as unknown as { registerDocument: { trial: string; curl: string } };
      return { ...registerDocument, trial: JSON.parse(registerDocument.trial) as Sent['body'] };
    };
    const good = await trialOf('{"first":1}');
    expect([good.trial.errors, good.trial.data?.stores?.edges.length]).toEqual([[], 1]);
    expect(good.curl).toContain(`printf 'authorization: ApiKey %s' "$DRBURGER_API_KEY" | curl`);
    const refused = await done(
      developer.mutate(RegisterDocumentDocument, { input: { appId, text, trialVariables: '{"first":"x"}' } }),
      'DocumentRefused',
    );
    expect(refused.problems.map(({ code }) => code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a signed request', () => {
  const signed = (apiKey: string, body: object, to = url, signedFor = body) =>
    send(to, body, signRequest({ url, body: JSON.stringify(signedFor) }, apiKey));

  it('is taken from TypeScript, from Python and from curl, by two keys while they are rotated', async () => {
    const text = 'query Categories { menuCategories { id name } }';
    const { documentId, document } = await register(text);
    await activate(document.id);
    const [old, fresh] = [await makeKey(), await makeKey()];
    const body = JSON.stringify({ documentId });
    for (const apiKey of [old, fresh]) {
      const env = { ...process.env, DRBURGER_API_KEY: apiKey };
      const answers = [
        JSON.stringify((await signed(apiKey, { documentId })).body),
        (await run('python3', ['-B', `${signing}drburger_signing.py`, url, body], { env })).stdout,
        (await run(`${signing}signed-curl.sh`, [url, body], { env })).stdout,
      ];
      for (const answer of answers)
        expect(JSON.parse(answer)).toEqual({ data: { menuCategories: expect.any(Array) as unknown } });
    }
    await done(
      developer.mutate(RevokeApiKeyDocument, { input: { keyId: old.slice(0, old.lastIndexOf('_')) } }),
      'RevokeApiKeySuccess',
    );
    expect((await signed(old, { documentId })).status).toBe(401);
    expect((await signed(fresh, { documentId })).status).toBe(200);
  });

  it('is good once on all replicas, and for its body alone', async () => {
    const apiKey = await makeKey();
    const body = { documentId: '0'.repeat(64) };
    const headers = signRequest({ url, body: JSON.stringify(body) }, apiKey);
    expect((await send(url, body, headers)).status).toBe(404);
    expect((await send(url, body, headers)).status).toBe(401);
    // A proxy that keeps the Host would bring the same request to another replica.
    expect((await signed(apiKey, { documentId: '1'.repeat(64) }, url, body)).status).toBe(400);
  });
});

describe('an assistant of a partner', () => {
  const connect = async (apiKey: string): Promise<Client> => {
    const client = new Client({ name: 'assistant', version: '1' });
    const requestInit = { headers: { authorization: `ApiKey ${apiKey}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }));
    return client;
  };
  const described = (comment: string, selection: string) =>
    `# ${comment}\nquery ToolStores($first: Int! = 1) { stores(first: $first) { edges { node { ${selection} } } } }`;
  const tool = async (client: Client) => (await client.listTools()).tools.find(({ name }) => name === 'ToolStores');

  it('has the described documents of its app as tools, under the rights and counts of its key', async () => {
    const apiKey = await makeKey();
    const first = await register(described('Lists stores.', 'id name'));
    const undescribed = await register('query NoTool { menuCategories { id } }');
    const assistant = await connect(apiKey);
    expect(await tool(assistant)).toBeUndefined();
    for (const { document } of [first, undescribed]) await activate(document.id);
    expect(await tool(assistant)).toMatchObject({
      description: 'Lists stores.',
      annotations: { readOnlyHint: true },
      inputSchema: { properties: { first: { type: 'integer', default: 1 } }, additionalProperties: false },
    });
    expect((await assistant.listTools()).tools.map(({ name }) => name)).not.toContain('NoTool');
    // The channel's own documents are for people who signed in.
    expect((await assistant.listTools()).tools.map(({ name }) => name)).not.toContain('PartnerAccount');

    // The SDK's client checks the answer by the output schema of the tool.
    const answer = await assistant.callTool({ name: 'ToolStores', arguments: { first: 2 } });
    const { data } = answer.structuredContent as { data: { stores: { edges: { node: object }[] } } };
    expect(data.stores.edges).toHaveLength(2);
    expect(data.stores.edges[0]!.node).toEqual({
      id: expect.any(String) as string,
      name: expect.any(String) as string,
    });
    const wrong = await assistant.callTool({ name: 'ToolStores', arguments: { first: 'x' } });
    expect(wrong).toMatchObject({ isError: true });
    await expect(assistant.callTool({ name: 'NoTool' })).rejects.toThrow('no such tool');

    const second = await register(described('Lists stores by name.', 'name'));
    await activate(second.document.id);
    expect(await tool(assistant)).toMatchObject({ description: 'Lists stores by name.' });
    const sunset = new Date(Date.now() + 3_600_000).toISOString();
    await done(
      developer.mutate(RetirePartnerDocumentDocument, { input: { id: second.document.id, sunset } }),
      'RetirePartnerDocumentSuccess',
    );
    expect((await tool(assistant))?.description).toBe(`Lists stores by name. It ends at ${sunset}.`);

    await until(async () => {
      const account = await developer.query(PartnerAccountDocument, {});
      const documents = account.data?.myPartnerAccount?.apps.flatMap((app) => app.documents) ?? [];
      const used = documents.find(({ id }) => id === first.document.id);
      return used?.description === 'Lists stores.' && used.use[0]?.requests === 2 && used.use[0].failed === 1;
    });

    await done(
      developer.mutate(RevokeApiKeyDocument, { input: { keyId: apiKey.slice(0, apiKey.lastIndexOf('_')) } }),
      'RevokeApiKeySuccess',
    );
    await expect(assistant.listTools()).rejects.toThrow('The API key is not good here');
    await assistant.close();
  });

  it('sends signed requests that are good for their body alone', async () => {
    const apiKey = await makeKey();
    const to = new URL('/mcp', url).href;
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
    const post = (body: object, signedFor: object) =>
      send(to, body, {
        ...signRequest({ url: to, body: JSON.stringify(signedFor) }, apiKey),
        accept: 'application/json, text/event-stream',
      });
    expect((await post(message, message)).status).toBe(200);
    expect((await post({ ...message, id: 2 }, message)).status).toBe(400);
  });
});
