import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { MakeApiKeyDocument, PortalUsageDocument, RevokeApiKeyDocument } from '#generated/bffs/partner/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { signRequest, type SignatureChoices } from '../../clients/request-signing/src/signRequest.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const run = promisify(execFile);
const signing = fileURLToPath(new URL('../../clients/request-signing/', import.meta.url));
const appId = seedId('partner-app', 1);

let system: TestSystem;
let developer: ChannelClient;
let apiKey: string;

beforeAll(async () => {
  system = await sharedSystem();
  developer = system.client('partner', { role: 'partner' });
  apiKey = await makeKey();
});

async function makeKey(): Promise<string> {
  const { data } = await developer.mutate(MakeApiKeyDocument, { input: { appId, overlapHours: 168 } });
  return (data?.makeApiKey as { apiKey: string }).apiKey;
}
const keyIdOf = (key: string) => key.slice(0, key.lastIndexOf('_'));
const addressOf = (path: string) => new URL(path, system.urlOf('rest')).href;
const send = async (path: string, headers: Record<string, string>) => {
  const response = await fetch(addressOf(path), { headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
};
const signed = (path: string, choices: SignatureChoices = {}, key = apiKey) =>
  send(path, signRequest({ url: addressOf(path) }, key, choices));
const refusal = (status: number, code: string, message: unknown = expect.any(String)) => ({
  status,
  body: { error: { code, message } },
});

describe('a partner over REST', () => {
  it('reads what its scopes allow by a signed request, from TypeScript, Python and curl', async () => {
    const path = '/v1/stores?page[size]=2';
    const { status, headers, body } = await signed(path);
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, max-age=60']);
    expect(headers.get('ratelimit-policy')).toBe('"requests";q=1200;w=60');
    const env = { ...process.env, DRBURGER_API_KEY: apiKey };
    for (const command of [['python3', '-B', `${signing}drburger_signing.py`], [`${signing}signed-curl.sh`]]) {
      const { stdout } = await run(command[0]!, [...command.slice(1), addressOf(path)], { env });
      expect(JSON.parse(stdout)).toEqual(body);
    }
    expect((await send(path, { authorization: `ApiKey ${apiKey}` })).body).toEqual(body);
  });

  it('is refused with a signature of something else, a nonce that was used, and 301 seconds from our clock', async () => {
    const path = '/v1/stores?page[size]=1';
    const other = signRequest({ url: addressOf('/v1/stores?page[size]=3') }, apiKey);
    expect(await send(path, other)).toMatchObject(
      refusal(401, 'UNAUTHENTICATED', expect.stringContaining('not one of this request')),
    );
    const headers = signRequest({ url: addressOf(path) }, apiKey);
    expect((await send(path, headers)).status).toBe(200);
    expect(await send(path, headers)).toMatchObject(
      refusal(401, 'UNAUTHENTICATED', expect.stringContaining('nonce was used')),
    );
    const now = Math.floor(Date.now() / 1_000);
    for (const away of [-303, 303])
      expect(await signed(path, { created: now + away })).toMatchObject(
        refusal(401, 'UNAUTHENTICATED', expect.stringContaining('clock')),
      );
    for (const away of [-290, 290]) expect((await signed(path, { created: now + away })).status).toBe(200);
  });

  it('is refused what it has no scope for, and what is somebody’s, as if it were nobody’s', async () => {
    const quote = `/v1/stores/${seedId('store', 1)}/delivery-quote?latitude=52.52&longitude=13.4`;
    expect(await signed(quote)).toMatchObject(refusal(403, 'FORBIDDEN'));
    const [of, none] = [seedId('order', 1), '019a0000-0000-7000-8000-000000000000'].map((id) => `/v1/orders/${id}`);
    expect(await signed(of!)).toMatchObject(refusal(403, 'FORBIDDEN'));
    expect((await signed(none!)).body).toEqual((await signed(of!)).body);
    for (const path of ['/v1/customers/me', '/v1/customers/me/orders', '/v1/loyalty/account', '/v1/memberships/mine'])
      expect([403, 404], path).toContain((await signed(path)).status);
  });

  it('access ends when the key is revoked', async () => {
    const ended = await makeKey();
    expect((await signed('/v1/menu/categories', {}, ended)).status).toBe(200);
    await developer.mutate(RevokeApiKeyDocument, { input: { keyId: keyIdOf(ended) } });
    expect((await signed('/v1/menu/categories', {}, ended)).status).toBe(401);
  });

  it('sees its calls in its usage, by route and status', async () => {
    await signed(`/v1/stores/${seedId('store', 1)}`);
    await signed('/v1/stores/none');
    const rowsOfKey = async () => {
      const { data } = await developer.query(PortalUsageDocument, { hours: 1 });
      const rows = data?.myPartnerAccount?.apps.flatMap(({ usage }) => usage.rows) ?? [];
      return rows
        .filter(({ keyId, operation }) => keyId === keyIdOf(apiKey) && operation === 'GET /v1/stores/{storeId}')
        .map(({ status, requests }) => `${status} ${requests}`);
    };
    await until(async () => (await rowsOfKey()).sort().join() === '200 1,404 1', { what: 'the calls are counted' });
  });
});
