import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PartnerAccessService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import type { ChannelManifest } from '../../channelManifest.ts';
import { signRequest } from '../../../../clients/request-signing/src/signRequest.ts';
import { fixture } from '../../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../testkit/servedChannel.ts';

const documentId = 'a'.repeat(64);
const apiKey = `drb_lunchbox_7f3k9x2mqa_${'0'.repeat(64)}`;
const deprecatedAt = '2026-01-01T00:00:00.000Z';
const sunset = '2026-12-31T00:00:00.000Z';
const advanceTwice = 'mutation Twice { a: advance(orderId: "o1") { id } b: advance(orderId: "o1") { id } }';
const active = { found: true, id: 'one', name: 'Shops', version: 1, text: 'query Shops { shops { id } }' };

interface Domain {
  refusal: string;
  appId: string;
  document: Partial<typeof active> & { retired?: boolean; deprecatedAt?: string; sunset?: string };
  isDown: boolean;
  asked: { apiKey: string; signed?: { method: string; targetUri: string } | undefined; address: string }[];
  counted: { keyId: string; operation: string; status: number; requests: number; failed: number }[];
}

/** What the partners domain, of which there is a double here, answers, and what it was told. */
let domain: Domain;
const double = createRouterTransport(({ service }) =>
  service(PartnerAccessService, {
    authenticate(request) {
      if (domain.isDown) throw new ConnectError('down', Code.Unavailable);
      domain.asked.push(request);
      return {
        refusal: domain.refusal,
        appId: domain.appId,
        partnerId: 'partner',
        appName: 'lunchbox',
        scopes: [],
        keyId: 'key',
      };
    },
    findDocument: (asked) => (asked.documentId === documentId ? domain.document : { found: false }),
    recordUse({ counts }) {
      domain.counted.push(
        ...counts.map(({ keyId, operation, status, requests, failed, latency }) => {
          expect(latency.reduce((sum, each) => sum + each, 0)).toBe(requests);
          return { keyId, operation, status, requests, failed };
        }),
      );
      return {};
    },
  }),
);

const serve = async (manifest: Partial<ChannelManifest> = {}): Promise<ServedChannel> =>
  serveFixture(await fixture(), {
    profile: 'production',
    network: { transportTo: () => double },
    manifest: { auth: { roles: ['customer'], anonymous: false, apps: true }, ...manifest },
  });

let channel: ServedChannel;
beforeAll(async () => {
  channel = await serve();
});
afterAll(() => channel.close());
beforeEach(() => {
  domain = { refusal: '', appId: 'app', document: active, isDown: false, asked: [], counted: [] };
});

const withKey = { authorization: `ApiKey ${apiKey}` };
const codeOf = ({ body }: Awaited<ReturnType<ServedChannel['post']>>) => body.errors?.[0]?.extensions.code;

describe('a program with an API key', () => {
  it('executes a document of its app by id, and the use is counted in one call', async () => {
    const own = await serve();
    for (const id of [documentId, `sha256:${documentId}`]) {
      const { status, body, headers } = await own.post({ documentId: id }, withKey);
      expect([status, body.errors, body.data.shops.length]).toEqual([200, undefined, 2]);
      expect([headers.get('deprecation'), headers.get('sunset')]).toEqual([null, null]);
    }
    expect(domain.asked[0]).toMatchObject({ apiKey, address: '127.0.0.1' });
    await own.close();
    expect(domain.counted).toEqual([{ keyId: 'key', operation: 'Shops@1', status: 200, requests: 2, failed: 0 }]);
  });

  it('may name the operation of the document, and no other', async () => {
    const own = await serve();
    const { body } = await own.post({ documentId, operationName: 'Shops' }, withKey);
    expect(body.errors).toBeUndefined();
    const wrong = await own.post({ documentId, operationName: 'Other' }, withKey);
    expect([codeOf(wrong), wrong.body.errors?.[0]?.message]).toEqual([
      'BAD_USER_INPUT',
      'The document has no operation Other.',
    ]);
    await own.close();
    expect(domain.counted.map(({ operation, failed }) => [operation, failed])).toEqual([
      ['Shops@1', 0],
      ['Shops@1', 1],
    ]);
  });

  it('is counted as it was answered, over many calls', async () => {
    const own = await serve({ rates: { requestsPerMinute: 250, mutationsPerMinute: 60 } });
    const log = new Map<string, number>();
    for (let call = 0; call < 300; call += 1) {
      const known = call % 3 !== 0;
      if (call === 200) domain.document = { ...active, retired: true, sunset, deprecatedAt };
      const { status } = await own.post({ documentId: known ? documentId : 'b'.repeat(64) }, withKey);
      const line = `${known && status !== 429 ? 'Shops@1' : ''} ${status}`;
      log.set(line, (log.get(line) ?? 0) + 1);
    }
    await own.close();
    const counted = new Map<string, number>();
    for (const { operation, status, requests } of domain.counted) {
      const line = `${operation} ${status}`;
      counted.set(line, (counted.get(line) ?? 0) + requests);
    }
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(log));
    expect([...log.keys()].sort()).toEqual([' 404', ' 429', 'Shops@1 200', 'Shops@1 410']);
  });

  it('executes nothing else', async () => {
    for (const request of [{ query: '{ shops { id } }' }, { documentId: 'b'.repeat(64) }]) {
      const answer = await channel.post(request, withKey);
      expect([answer.status, codeOf(answer)]).toEqual([404, 'DOCUMENT_NOT_FOUND']);
    }
    const text = await channel.post({ documentId, query: '{ shops { name } }' }, withKey);
    expect(text.body.data).toEqual({ shops: [{ id: '1' }, { id: '2' }] });
    const get = await fetch(`${channel.url}?documentId=${documentId}`, { headers: withKey });
    expect(get.status).toBe(405);
  });

  it('is told why it is not let in, and that it may try again while nobody can say who it is', async () => {
    domain.refusal = 'The API key is not good here.';
    const refused = await channel.post({ documentId }, withKey);
    expect([refused.status, refused.body.errors?.[0]?.message]).toEqual([401, domain.refusal]);
    domain.isDown = true;
    const down = await channel.post({ documentId }, withKey);
    expect([down.status, codeOf(down)]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
    for (const authorization of ['ApiKey', 'ApiKey a b', 'apikey '])
      expect((await channel.post({ documentId }, { authorization })).status).toBe(401);
  });

  it('reads in the headers that a document ends, and in a code that it has ended', async () => {
    domain.document = { ...active, deprecatedAt, sunset };
    const ending = await channel.post({ documentId }, withKey);
    expect([ending.status, ending.headers.get('deprecation'), ending.headers.get('sunset')]).toEqual([
      200,
      '@1767225600',
      'Thu, 31 Dec 2026 00:00:00 GMT',
    ]);
    domain.document = { ...active, deprecatedAt, sunset, retired: true };
    const ended = await channel.post({ documentId }, withKey);
    expect([ended.status, codeOf(ended)]).toEqual([410, 'DOCUMENT_RETIRED']);
    expect(ended.body.errors?.[0]?.extensions).toMatchObject({ sunset, successor: null });
    expect(ended.headers.get('sunset')).toBe('Thu, 31 Dec 2026 00:00:00 GMT');
  });

  it('has the rates of its app, told in headers, whatever keys it uses; another app has its own', async () => {
    const limited = await serve({ rates: { requestsPerMinute: 2, mutationsPerMinute: 1 } });
    const first = await limited.post({ documentId }, withKey);
    expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=2;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"requests";r=1;t=\d+$/);
    await limited.post({ documentId }, { authorization: `ApiKey ${apiKey}1` });
    const refused = await limited.post({ documentId }, withKey);
    expect([refused.status, codeOf(refused)]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(refused.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // An id that names nothing costs the domain as much as one that does, and counts, too.
    expect((await limited.post({ documentId: 'b'.repeat(64) }, withKey)).status).toBe(429);
    domain.appId = 'other';
    expect((await limited.post({ documentId: 'b'.repeat(64) }, withKey)).status).toBe(404);
    expect((await limited.post({ documentId }, withKey)).status).toBe(200);
    expect((await limited.post({ documentId }, withKey)).status).toBe(429);
    await limited.close();
  });

  it('counts the changes of its mutations, each alias one', async () => {
    const limited = await serve({ rates: { requestsPerMinute: 9, mutationsPerMinute: 1 } });
    domain.document = { ...active, text: advanceTwice };
    const refused = await limited.post({ documentId }, withKey);
    expect([refused.status, codeOf(refused)]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(refused.headers.get('ratelimit-policy')).toBe('"mutations";q=1;w=60');
    await limited.close();
  });

  it('gets an error for a document that the graph no longer fits, and no crash', async () => {
    domain.document = { ...active, text: 'query Shops { gone }' };
    expect(codeOf(await channel.post({ documentId }, withKey))).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('a signed request', () => {
  it('is told to the domain as the client made it, and its body has to be the one of its digest', async () => {
    const body = JSON.stringify({ documentId });
    const url = channel.url.replace('localhost', '127.0.0.1');
    const headers = signRequest({ url, body }, apiKey);
    expect((await channel.post(body, headers)).status).toBe(200);
    expect(domain.asked[0]).toMatchObject({ apiKey: '', signed: { method: 'POST', targetUri: url } });
    const other = await channel.post(JSON.stringify({ documentId, variables: { a: 1 } }), headers);
    expect([other.status, codeOf(other)]).toEqual([400, 'BAD_REQUEST']);
    for (const digest of ['', 'sha-256=nonsense', 'md5=:AAAA:', '((('])
      expect((await channel.post(body, { ...headers, 'content-digest': digest })).status, digest).toBe(400);
  });
});

it('a channel that lets no programs in takes their headers for a token that is none', async () => {
  const closed = await serveFixture(await fixture(), { network: { transportTo: () => double } });
  expect((await closed.post({ documentId }, withKey)).status).toBe(401);
  expect(domain.asked).toEqual([]);
  await closed.close();
});
