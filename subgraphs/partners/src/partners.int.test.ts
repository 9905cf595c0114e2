import { createHmac, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { signRequest } from '../../../clients/request-signing/src/signRequest.ts';
import { PartnerAccessService, PartnerDocumentService } from '#generated/proto/drburger/partners/v1/partners_pb.ts';
import { forgetOnce } from '#platform/subgraph/forgetOld.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import { roleScopes } from '#schema/scopes.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { isAllowed } from './commands/authenticate.ts';
import type { Partners } from './context.ts';
import definition from './main.ts';

const key = () => randomBytes(32).toString('base64');
const partnerId = seedId('partner', 1);
const appId = seedId('partner-app', 1);
const hourMs = 3_600_000;
let now = new Date('2026-03-01T12:00:00Z');
let graph: TestSubgraph<Partners>;

const developer = principalWith(roleScopes.partner, { roles: ['partner'], bindings: { partner: partnerId } });
const stranger = principalWith(roleScopes.partner, { roles: ['partner'], bindings: { partner: seedId('partner', 2) } });
const admin = principalWith(roleScopes.admin, { roles: ['admin'] });

beforeAll(async () => {
  graph = await testSubgraph<Partners>(definition, {
    seed: true,
    clock: () => now,
    configuration: { PII_MASTER_KEYS: key(), PII_INDEX_KEY: key() },
  });
});

/** The data of a mutation or query that has to succeed. */
async function ask<Data>(query: string, variables: Record<string, unknown> = {}, principal = developer): Promise<Data> {
  const { data, errors } = await graph.as(principal)(query, variables);
  expect(errors).toBeUndefined();
  return data as Data;
}

const makeKey = async (overlapHours = 168): Promise<string> => {
  const { makeApiKey } = await ask<{ makeApiKey: { apiKey: string } }>(
    `mutation ($input: MakeApiKeyInput!) {
      makeApiKey(input: $input) { ... on MakeApiKeySuccess { apiKey } ... on PartnerInputProblem { message } }
    }`,
    { input: { appId, overlapHours } },
  );
  return makeApiKey.apiKey;
};

const url = 'https://partner.example.com/graphql';
const address = '203.0.113.7';
const keyIdOf = (apiKey: string) => apiKey.slice(0, apiKey.lastIndexOf('_'));
const authenticate = (credential: { apiKey?: string; signed?: object }, from = address) =>
  graph.client(PartnerAccessService).authenticate({ ...credential, address: from });

/** A signed request as the channel tells of it. */
const signedBy = (
  apiKey: string,
  over: Record<string, string> = {},
  choices: { created?: number; nonce?: string } = {},
) => {
  const headers = signRequest({ url, body: '{}' }, apiKey, { created: Math.floor(now.getTime() / 1_000), ...choices });
  return {
    signed: {
      method: 'POST',
      targetUri: url,
      contentDigest: headers['content-digest'],
      signatureInput: headers['signature-input'],
      signature: headers['signature'],
      ...over,
    },
  };
};

const setApp = (over: Record<string, unknown>) =>
  ask<{ setPartnerApp: Record<string, unknown> }>(
    `mutation ($input: SetPartnerAppInput!) {
      setPartnerApp(input: $input) {
        __typename ... on SetPartnerAppSuccess { app { name } } ... on PartnerInputProblem { field }
      }
    }`,
    { input: { partnerId, name: 'lunchbox', scopes: ['catalog:read'], signing: 'OPTIONAL', ...over } },
    admin,
  );

describe('API keys', () => {
  it('are shown once, kept as a hash, and let their app in', async () => {
    const apiKey = await makeKey();
    expect(apiKey).toMatch(/^drb_lunchbox_[a-z2-9]{10}_[0-9a-f]{64}$/);
    const stored = JSON.stringify(await graph.domain.db.apiKey.findMany());
    expect(stored).not.toContain(apiKey.slice(-64));
    expect(await authenticate({ apiKey })).toMatchObject({ refusal: '', appId, partnerId, scopes: ['catalog:read'] });
    expect(await authenticate({ apiKey: `${apiKey.slice(0, -1)}${apiKey.endsWith('0') ? '1' : '0'}` })).toMatchObject({
      refusal: expect.stringContaining('not good'),
      appId: '',
    });
  });

  it('overlap while they are rotated: two are good, a third ends the oldest at once', async () => {
    const [first, second] = [await makeKey(), await makeKey(24)];
    expect([(await authenticate({ apiKey: first })).refusal, (await authenticate({ apiKey: second })).refusal]).toEqual(
      ['', ''],
    );
    const third = await makeKey(24);
    expect((await authenticate({ apiKey: first })).refusal).toContain('not good');
    now = new Date(now.getTime() + 25 * hourMs);
    expect((await authenticate({ apiKey: second })).refusal).toContain('not good');
    expect((await authenticate({ apiKey: third })).refusal).toBe('');
  });

  it('are revoked by their partner, and by nobody else', async () => {
    const apiKey = await makeKey(0);
    const revoke = (principal = developer) =>
      ask<{ revokeApiKey: unknown }>(
        'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename } }',
        { input: { keyId: keyIdOf(apiKey) } },
        principal,
      );
    expect(await revoke(stranger)).toEqual({ revokeApiKey: { __typename: 'PartnerThingNotFound' } });
    expect((await authenticate({ apiKey })).refusal).toBe('');
    expect(await revoke()).toEqual({ revokeApiKey: { __typename: 'RevokeApiKeySuccess' } });
    expect((await authenticate({ apiKey })).refusal).toContain('not good');
    expect((await authenticate(signedBy(apiKey))).refusal).toContain('not good');
  });

  it('call from the networks of their app only, and signed where it has to', async () => {
    const apiKey = await makeKey(0);
    await setApp({ addresses: ['203.0.113.0/24', '2001:db8::1'] });
    expect((await authenticate({ apiKey }, '203.0.113.99')).refusal).toBe('');
    expect((await authenticate({ apiKey }, '203.0.114.1')).refusal).toContain('may not call from');
    await setApp({ signing: 'REQUIRED' });
    expect((await authenticate({ apiKey })).refusal).toContain('must be signed');
    expect((await authenticate(signedBy(apiKey))).refusal).toBe('');
    await setApp({});
  });

  it.each([
    [['10.0.0.0/8'], '10.1.2.3', true],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
    [['10.0.0.0/8'], '11.1.2.3', false],
    [['2001:db8::/32'], '2001:db8::5', true],
    [['2001:db8::/32'], '10.1.2.3', false],
    [['192.0.2.1'], 'nonsense', false],
    [[], 'nonsense', true],
  ])('%j lets %s in: %s', (allowed, from, expected) => {
    expect(isAllowed(allowed, from)).toBe(expected);
  });

  it('an app gets no scope that belongs to people, and no name of another partner', async () => {
    expect((await setApp({ scopes: ['orders:read'] })).setPartnerApp).toMatchObject({ field: 'scopes' });
    expect((await setApp({ addresses: ['10.0.0.0/33'] })).setPartnerApp).toMatchObject({ field: 'addresses' });
    const { openPartnerAccount } = await ask<{ openPartnerAccount: { account: { id: string } } }>(
      'mutation { openPartnerAccount(input: { name: "Other" }) { ... on OpenPartnerAccountSuccess { account { id } } } }',
      {},
      admin,
    );
    expect((await setApp({ partnerId: openPartnerAccount.account.id })).setPartnerApp).toMatchObject({ field: 'name' });
  });
});

describe('signed requests', () => {
  it('are good once, also when two replicas are asked at the same moment', async () => {
    const request = signedBy(await makeKey(0));
    const answers = await Promise.all([authenticate(request), authenticate(request)]);
    expect(answers.map(({ refusal }) => refusal === '').sort()).toEqual([false, true]);
    expect((await authenticate(request)).refusal).toContain('nonce');
  });

  it('are refused when anything that they cover differs, and five minutes from our clock', async () => {
    const apiKey = await makeKey(0);
    const seconds = Math.floor(now.getTime() / 1_000);
    const others: Record<string, string>[] = [
      { method: 'PUT' },
      { targetUri: 'https://partner.example.com/other' },
      { contentDigest: 'sha-256=:AAAA:' },
    ];
    for (const over of others)
      expect((await authenticate(signedBy(apiKey, over))).refusal).toContain('not one of this request');
    expect((await authenticate(signedBy(apiKey, {}, { created: seconds - 301 }))).refusal).toContain('clock');
    expect((await authenticate(signedBy(apiKey, {}, { created: seconds + 301 }))).refusal).toContain('clock');
    expect((await authenticate(signedBy(apiKey, {}, { created: seconds - 299 }))).refusal).toBe('');
  });

  it('of an unknown key are answered like those of a known one with another secret', async () => {
    const apiKey = await makeKey(0);
    const nonce = 'a'.repeat(32);
    const ofNobody = `drb_lunchbox_${'z'.repeat(10)}_${'0'.repeat(64)}`;
    const [known, unknown] = await Promise.all(
      [`${keyIdOf(apiKey)}_${'0'.repeat(64)}`, ofNobody].map((each) => authenticate(signedBy(each, {}, { nonce }))),
    );
    expect(known?.refusal).toContain('not one of this request');
    expect(known?.refusal.replaceAll(keyIdOf(apiKey), keyIdOf(ofNobody))).toBe(unknown?.refusal);
    expect((await authenticate(signedBy(apiKey, {}, { nonce }))).refusal).toBe('');
  });

  it('cover method, address and digest, no less, and are read strictly', async () => {
    const apiKey = await makeKey(0);
    const { signed } = signedBy(apiKey);
    const input = signed.signatureInput ?? '';
    for (const signatureInput of [
      input.replace(' "content-digest"', ''),
      input.replace('"@method"', '"@method";req'),
      input.replace(/created=\d+/, 'created="soon"'),
      input.replace('hmac-sha256', 'none'),
      input.replace(/nonce="[^"]*"/, 'nonce="short"'),
      `${input}, other=("@method")`,
      '(((',
      '',
    ])
      expect((await authenticate({ signed: { ...signed, signatureInput } })).refusal, signatureInput).not.toBe('');
    expect((await authenticate({ signed: { ...signed, signature: 'sig=:AAAA:' } })).refusal).toContain('not one of');
    expect((await authenticate({ signed })).refusal).toBe('');
  });

  it('are refused once they have expired by what their signer says', async () => {
    const apiKey = await makeKey(0);
    const created = Math.floor(now.getTime() / 1_000);
    const expiring = (expires: string, nonce: string) => {
      const parameters = `("@method" "@target-uri" "content-digest");created=${created};expires=${expires};keyid="${keyIdOf(apiKey)}";nonce="${nonce}"`;
      const { signed } = signedBy(apiKey);
      const base = `"@method": POST\n"@target-uri": ${url}\n"content-digest": ${signed.contentDigest}\n"@signature-params": ${parameters}`;
      const key = createHmac('sha256', apiKey.slice(apiKey.lastIndexOf('_') + 1)).update('drburger-request-signing-v1');
      const signature = `sig=:${createHmac('sha256', key.digest()).update(base).digest('base64')}:`;
      return authenticate({ signed: { ...signed, signatureInput: `sig=${parameters}`, signature } });
    };
    expect((await expiring(`${created + 30}`, 'good for half a minute')).refusal).toBe('');
    expect((await expiring(`${created - 30}`, 'over for half a minute')).refusal).toContain('`expires`');
    expect((await expiring('"soon"', 'good until who knows')).refusal).toContain('whole seconds');
  });

  it('keep a nonce for as long as a request with it could be taken for new', async () => {
    const request = signedBy(await makeKey(0), {}, { created: Math.floor(now.getTime() / 1_000) + 290 });
    expect((await authenticate(request)).refusal).toBe('');
    now = new Date(now.getTime() + 580_000);
    await graph.domain.pool.query('DELETE FROM "request_nonce" WHERE "until" < $1', [now]);
    expect((await authenticate(request)).refusal).toContain('nonce');
  });
});

describe('registered documents', () => {
  const register = (name: string, documentId: string, description = '') =>
    graph.client(PartnerDocumentService).register({
      partnerId,
      appId,
      documentId,
      name,
      text: `query ${name} { stores { pageInfo { hasNextPage } } } # ${documentId}`,
      scopes: [],
      registeredBy: 'someone',
      description,
    });
  const find = (documentId: string, app = appId) =>
    graph.client(PartnerAccessService).findDocument({ appId: app, documentId });
  const change = (mutation: string, input: Record<string, unknown>, principal = developer) =>
    ask<Record<string, { document: Record<string, unknown> }>>(
      `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) {
        ${mutation}(input: $input) {
          __typename
          ... on ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Success { document { release state sunset successor { release } } }
        }
      }`,
      { input },
      principal,
    );

  it('are pending, active and retired, each version with its own life, and name what follows', async () => {
    const [{ id: one }, { id: two }] = [await register('StoreList', 'aa'), await register('StoreList', 'bb')];
    expect((await register('StoreList', 'aa')).id).toBe(one);
    expect((await find('aa')).found).toBe(false);
    expect(await change('activatePartnerDocument', { id: one }, stranger)).toEqual({
      activatePartnerDocument: { __typename: 'PartnerThingNotFound' },
    });
    expect((await change('activatePartnerDocument', { id: one })).activatePartnerDocument).toMatchObject({
      document: { release: 'StoreList@1', state: 'ACTIVE' },
    });
    expect(await find('aa')).toMatchObject({ found: true, version: 1, retired: false, deprecatedAt: '', sunset: '' });
    expect((await find('aa', seedId('partner-app', 2))).found).toBe(false);
    const sunset = new Date(now.getTime() + hourMs).toISOString();
    await change('activatePartnerDocument', { id: two });
    expect(
      (await change('retirePartnerDocument', { id: one, sunset, successorId: two })).retirePartnerDocument,
    ).toMatchObject({ document: { state: 'ACTIVE', sunset, successor: { release: 'StoreList@2' } } });
    expect(await find('aa')).toMatchObject({ retired: false, sunset, deprecatedAt: now.toISOString() });
    now = new Date(now.getTime() + 2 * hourMs);
    expect(await find('aa')).toMatchObject({
      retired: true,
      successorDocumentId: 'bb',
      successorRelease: 'StoreList@2',
    });
    expect((await find('bb')).retired).toBe(false);
  });

  it('end now when the end that is asked for is past, and have ended when they did', async () => {
    const { id } = await register('Ended', 'ended');
    await change('activatePartnerDocument', { id });
    const retire = async (sunset: string) =>
      (await change('retirePartnerDocument', { id, sunset })).retirePartnerDocument;
    const first = now.toISOString();
    expect(await retire('1970-01-01T00:00:00.000Z')).toMatchObject({ document: { state: 'RETIRED', sunset: first } });
    expect(await find('ended')).toMatchObject({ retired: true, deprecatedAt: first, sunset: first });
    now = new Date(now.getTime() + hourMs);
    expect(await retire('1970-01-01T00:00:00.000Z')).toMatchObject({ document: { state: 'RETIRED', sunset: first } });
    const later = new Date(now.getTime() + hourMs).toISOString();
    expect(await retire(later)).toMatchObject({ document: { state: 'ACTIVE', sunset: later } });
  });

  it('that are active and described are listed for assistants of their app, the latest version of each', async () => {
    const listed = async (app = appId) => {
      const { documents } = await graph.client(PartnerAccessService).listDescribedDocuments({ appId: app });
      return documents.map(({ description, document }) => `${document?.name}@${document?.version}: ${description}`);
    };
    const [one, two] = [await register('Tool', 't1', 'Old.'), await register('Tool', 't2', 'New.')];
    const plain = await register('Plain', 'p1');
    for (const { id } of [one, plain]) await change('activatePartnerDocument', { id });
    expect(await listed()).toEqual(['Tool@1: Old.']);
    await change('activatePartnerDocument', { id: two.id });
    expect(await listed()).toEqual(['Tool@2: New.']);
    expect(await listed(seedId('partner-app', 2))).toEqual([]);
    expect(await register('Plain', 'p1', 'Described later.')).toEqual(plain);
    expect(await listed()).toEqual(['Plain@1: Described later.', 'Tool@2: New.']);
    await change('retirePartnerDocument', { id: two.id, sunset: now.toISOString() });
    await change('retirePartnerDocument', { id: plain.id, sunset: now.toISOString() });
    expect(await listed()).toEqual(['Tool@1: Old.']);
  });

  it('count versions without a gap when many are registered at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, index) => register('Many', `many${index}`)));
    const rows = await graph.domain.db.document.findMany({ where: { name: 'Many' }, orderBy: { version: 'asc' } });
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('show their use to their partner and to admins', async () => {
    const { id } = await register('Used', 'used');
    const hour = new Date(Math.floor(now.getTime() / hourMs) * hourMs).toISOString();
    const record = (requests: number) =>
      graph.client(PartnerAccessService).recordUse({
        uses: [
          { id, hour, requests, failed: 1 },
          { id: seedId('nothing', 1), hour, requests: 5, failed: 0 },
          { id: 'nonsense', hour, requests: 5, failed: 0 },
        ],
      });
    await record(2);
    await record(3);
    const query =
      'query ($id: ID!) { partnerAccount(id: $id) { apps { documents { name use { hour requests failed } } } } }';
    const mine = '{ myPartnerAccount { apps { documents { name use { hour requests failed } } } } }';
    const asAdmin = await ask<Record<string, unknown>>(query, { id: partnerId }, admin);
    expect(JSON.stringify(asAdmin)).toContain(
      JSON.stringify({ name: 'Used', use: [{ hour, requests: 5, failed: 2 }] }),
    );
    expect(JSON.stringify(await ask(mine))).toContain('"requests":5');
    expect(await ask(mine, {}, stranger)).toEqual({ myPartnerAccount: null });
  });
});

describe('what apps ask for', () => {
  const minute = (back: number) => new Date(Math.floor(now.getTime() / 60_000) * 60_000 - back * 60_000).toISOString();
  const count = (over: object = {}) => ({
    ...{ appId, keyId: 'drb_lunchbox_one', documentId: '', operation: 'StoreList@1', status: 200 },
    ...{ minute: minute(1), requests: 3, failed: 1, latency: [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] },
    ...over,
  });
  const record = (...counts: object[]) => graph.client(PartnerAccessService).recordUse({ counts });
  const usage = async (principal = developer) => {
    const query = `{ myPartnerAccount { apps { id usage(hours: 1) {
      stepSeconds requests failed p95Milliseconds csv
      points { at requests failed } rows { keyId operation status requests failed p95Milliseconds }
    } } } }`;
    const { myPartnerAccount } = await ask<{
      myPartnerAccount: { apps: { id: string; usage: Record<string, unknown> }[] } | null;
    }>(query, {}, principal);
    return myPartnerAccount?.apps.find(({ id }) => id === appId)?.usage;
  };

  it('is counted by the minute, key, document and status, and shown to their partner', async () => {
    await record(count(), count(), count({ minute: minute(2), operation: '', status: 404, failed: 3 }));
    await record(
      count(),
      count({ appId: seedId('nothing', 1) }),
      count({ appId: 'nonsense' }),
      count({ latency: [1] }),
      count({ minute: minute(61) }),
    );
    const shown = await usage();
    expect(shown).toMatchObject({
      ...{ stepSeconds: 60, requests: 12, failed: 6 },
      points: [
        { at: minute(2), requests: 3, failed: 3 },
        { at: minute(1), requests: 9, failed: 3 },
      ],
      rows: [
        { keyId: 'drb_lunchbox_one', operation: 'StoreList@1', status: 200, requests: 9, failed: 3 },
        { keyId: 'drb_lunchbox_one', operation: null, status: 404, requests: 3, failed: 3 },
      ],
    });
    expect(shown!['p95Milliseconds']).toBeGreaterThan(50);
    expect(String(shown!['csv']).split('\n')).toContain(
      `${minute(1)},drb_lunchbox_one,StoreList@1,200,9,3,6,0,0,0,3,0,0,0,0,0,0,0`,
    );
    expect(await usage(stranger)).toBeUndefined();
  });

  it('is forgotten after 90 days', async () => {
    await record(count({ minute: minute(91 * 24 * 60), operation: 'Old@1' }));
    const rows = () => graph.domain.db.requestCount.count({ where: { operation: 'Old@1' } });
    expect(await rows()).toBe(1);
    expect((await forgetOnce(graph.domain))['public.request_count']).toBe(1);
    expect(await rows()).toBe(0);
  });
});
