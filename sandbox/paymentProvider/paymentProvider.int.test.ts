import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPaymentProvider, type RunningPaymentProvider } from './paymentProvider.ts';

const apiKey = 'key-of-the-provider-tests';
let dataDir: string;
let now: Date;
let provider: RunningPaymentProvider;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'provider-'));
  now = new Date('2026-03-01T12:00:00.000Z');
  provider = await startPaymentProvider({ port: 0, dataDir, apiKey, clock: () => now });
});
afterEach(async () => {
  await provider.close();
  await rm(dataDir, { recursive: true });
});

type Json = Record<string, unknown> & { error?: { code: string }; data?: Json[] };

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Json; replayed: boolean }> {
  const response = await fetch(provider.url + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as Json,
    replayed: response.headers.has('idempotent-replayed'),
  };
}
const post = (path: string, body: unknown = {}, key?: string) =>
  call('POST', path, body, key === undefined ? {} : { 'idempotency-key': key });
const authorise = (over: object = {}, key?: string) =>
  post(
    '/v1/authorisations',
    { merchantReference: 'order-1', amount: 1_000, currency: 'EUR', methodToken: 'tok_ok', ...over },
    key,
  );
const ledger = async (): Promise<string[]> =>
  ((await call('GET', '/v1/ledger')).body.data ?? []).map(({ kind }) => String(kind));
const codeOf = ({ status, body }: { status: number; body: Json }) => [status, body.error?.code];

describe('money', () => {
  it('is authorised, captured in parts, refunded in parts, and never more than there is', async () => {
    const {
      body: { id },
    } = await authorise();
    const { body: first } = await post(`/v1/authorisations/${id}/captures`, { amount: 700 });
    expect(codeOf(await post(`/v1/authorisations/${id}/captures`, { amount: 301 }))).toEqual([422, 'amount_too_large']);
    expect((await post(`/v1/authorisations/${id}/captures`)).body).toMatchObject({ amount: 300 });
    expect(codeOf(await post(`/v1/authorisations/${id}/captures`))).toEqual([422, 'amount_too_large']);
    expect((await post(`/v1/captures/${first.id}/refunds`, { amount: 100 })).status).toBe(201);
    expect(codeOf(await post(`/v1/captures/${first.id}/refunds`, { amount: 601 }))).toEqual([422, 'amount_too_large']);
    expect((await call('GET', `/v1/authorisations/${id}`)).body).toMatchObject({
      status: 'captured',
      amount: 1_000,
      capturedAmount: 1_000,
      refundedAmount: 100,
    });
    expect(await ledger()).toEqual(['authorisation', 'capture', 'refusal', 'capture', 'refusal', 'refund', 'refusal']);
  });

  it('is given back by a void, after which nothing can be captured', async () => {
    const {
      body: { id },
    } = await authorise();
    expect((await post(`/v1/authorisations/${id}/voids`)).body).toMatchObject({ status: 'voided' });
    expect(codeOf(await post(`/v1/authorisations/${id}/captures`))).toEqual([422, 'authorisation_voided']);
    expect(codeOf(await post(`/v1/authorisations/${id}/voids`))).toEqual([422, 'already_voided']);
  });

  it('cannot be voided once captured', async () => {
    const {
      body: { id },
    } = await authorise();
    await post(`/v1/authorisations/${id}/captures`, { amount: 1 });
    expect(codeOf(await post(`/v1/authorisations/${id}/voids`))).toEqual([422, 'already_captured']);
  });

  it('is declined as the token or the behaviour says', async () => {
    expect((await authorise({ methodToken: 'tok_declined' })).body).toMatchObject({
      status: 'declined',
      declineCode: 'insufficient_funds',
    });
    await call('PUT', '/v1/behaviour', { declineReason: 'do_not_honour' });
    const { body } = await authorise();
    expect(body).toMatchObject({ status: 'declined', declineCode: 'do_not_honour' });
    expect(codeOf(await post(`/v1/authorisations/${body.id}/captures`))).toEqual([422, 'not_authorised']);
    expect(await ledger()).toEqual(['decline', 'decline', 'refusal']);
  });

  it('lapses when the authorisation expires', async () => {
    const {
      body: { id },
    } = await authorise();
    now = new Date(now.getTime() + 8 * 86_400_000);
    expect((await call('GET', `/v1/authorisations/${id}`)).body).toMatchObject({ status: 'expired' });
    expect(codeOf(await post(`/v1/authorisations/${id}/captures`))).toEqual([422, 'authorisation_expired']);
  });

  it('is not captured when the token or the behaviour says so, nor refunded', async () => {
    const refused = await authorise({ methodToken: 'tok_capture_refused' });
    expect(codeOf(await post(`/v1/authorisations/${refused.body.id}/captures`))).toEqual([422, 'capture_refused']);
    const {
      body: { id },
    } = await authorise({ merchantReference: 'order-2' });
    const { body: capture } = await post(`/v1/authorisations/${id}/captures`);
    await call('PUT', '/v1/behaviour', { refuseRefunds: true });
    expect(codeOf(await post(`/v1/captures/${capture.id}/refunds`))).toEqual([422, 'refund_refused']);
  });
});

describe('an idempotency key', () => {
  it('gets the same answer for the same body, another body is refused', async () => {
    const first = await authorise({}, 'k1');
    const again = await authorise({}, 'k1');
    expect(again).toEqual({ ...first, replayed: true });
    expect(codeOf(await authorise({ amount: 1_001 }, 'k1'))).toEqual([422, 'idempotency_key_reused']);
    expect(await ledger()).toEqual(['authorisation']);
  });

  it('is carried out once under concurrency, also while the first is slow', async () => {
    await call('PUT', '/v1/behaviour', { slowMilliseconds: 30 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => authorise({ methodToken: 'tok_slow' }, 'k1')));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await ledger()).toEqual(['authorisation']);
  });

  it('keeps the answer of a refusal', async () => {
    const {
      body: { id },
    } = await authorise();
    await call('PUT', '/v1/behaviour', { refuseCaptures: true });
    const refused = await post(`/v1/authorisations/${id}/captures`, {}, 'k2');
    await call('PUT', '/v1/behaviour', {});
    expect(await post(`/v1/authorisations/${id}/captures`, {}, 'k2')).toEqual({ ...refused, replayed: true });
  });

  it('finds the outcome after a lost answer', async () => {
    await expect(authorise({ methodToken: 'tok_lost_answer' }, 'k1')).rejects.toThrow();
    expect((await call('GET', '/v1/authorisations?merchantReference=order-1')).body.data).toHaveLength(1);
    expect((await authorise({ methodToken: 'tok_lost_answer' }, 'k1')).body).toMatchObject({ status: 'authorised' });
    expect(await ledger()).toEqual(['authorisation']);
  });
});

describe('the HTTP server', () => {
  it('loses as many answers as it is told to', async () => {
    const {
      body: { id },
    } = await authorise();
    await call('PUT', '/v1/behaviour', { loseAnswers: 1 });
    await expect(post(`/v1/authorisations/${id}/captures`, {}, 'c1')).rejects.toThrow();
    expect((await post(`/v1/authorisations/${id}/captures`, {}, 'c1')).status).toBe(201);
    expect(await ledger()).toEqual(['authorisation', 'capture']);
  });

  it('answers 503 while told to be down', async () => {
    await call('PUT', '/v1/behaviour', { available: false });
    expect(codeOf(await authorise())).toEqual([503, 'unavailable']);
    await call('PUT', '/v1/behaviour', {});
    expect((await authorise()).status).toBe(201);
  });

  it.each([
    ['no key', 'GET', '/v1/ledger', undefined, { authorization: '' }, 401],
    ['a wrong key', 'GET', '/v1/ledger', undefined, { authorization: 'Bearer other' }, 401],
    ['an unknown path', 'GET', '/v1/nothing', undefined, {}, 404],
    ['an unknown authorisation', 'POST', '/v1/authorisations/auth_1/captures', {}, {}, 404],
    [
      'a negative amount',
      'POST',
      '/v1/authorisations',
      { merchantReference: 'o', amount: -1, currency: 'EUR', methodToken: 'tok_ok' },
      {},
      400,
    ],
    [
      'a card number for a token',
      'POST',
      '/v1/authorisations',
      { merchantReference: 'o', amount: 1, currency: 'EUR', methodToken: '4111111111111111' },
      {},
      400,
    ],
    ['an unknown behaviour', 'PUT', '/v1/behaviour', { explode: true }, {}, 400],
    ['a huge body', 'POST', '/v1/authorisations', { merchantReference: 'x'.repeat(20_000) }, {}, 400],
    ['a verb it has not', 'DELETE', '/v1/ledger', undefined, {}, 405],
  ])('refuses %s', async (_name, method, path, body, headers, status) => {
    expect((await call(method, path, body, headers as Record<string, string>)).status).toBe(status);
  });
});

describe('the ledger', () => {
  it('is read again after a stop, and a torn last line is dropped', async () => {
    const { body } = await authorise({}, 'k1');
    await provider.close();
    await appendFile(join(dataDir, 'ledger.jsonl'), '{"sequence":2,"at":"20');
    provider = await startPaymentProvider({ port: 0, dataDir, apiKey, clock: () => now });
    expect((await authorise({}, 'k1')).body).toEqual(body);
    await post(`/v1/authorisations/${body.id}/captures`);
    expect(await ledger()).toEqual(['authorisation', 'capture']);
  });

  it('keeps every answered movement through a kill -9', async () => {
    await provider.close();
    let child = await ownProcess();
    const answered: string[] = [];
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let n = 0; ; n += 1) {
        const reference = `order-${client}-${n}`;
        try {
          await authorise({ merchantReference: reference }, reference);
        } catch {
          return;
        }
        answered.push(reference);
        if (answered.length === 40) child.kill('SIGKILL');
      }
    });
    await Promise.all(clients);
    child = await ownProcess();
    const kept = new Set(
      (await call('GET', '/v1/ledger')).body.data?.map(({ merchantReference }) => merchantReference),
    );
    expect(answered.length).toBeGreaterThanOrEqual(40);
    expect(answered.filter((reference) => !kept.has(reference))).toEqual([]);
    child.kill('SIGTERM');
    await once(child, 'exit');
    provider = await startPaymentProvider({ port: 0, dataDir, apiKey });
  }, 30_000);
});

async function ownProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      PROVIDER_PORT: '0',
      PROVIDER_HOST: '127.0.0.1',
      PROVIDER_DATA_DIR: dataDir,
      PROVIDER_API_KEY: apiKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  provider = { url: line.replace(/^.* /, ''), close: () => Promise.resolve() };
  return child;
}
