import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { createOutward } from '#platform/outward/outward.ts';
import { counterparts } from '#schema/counterparts.ts';
import { httpPaymentProvider } from './httpPaymentProvider.ts';
import { ProviderUnavailable } from './paymentProvider.ts';
import { paymentProviderContract } from './paymentProviderContract.ts';

const apiKey = 'key-of-the-contract-test';
const within = (timeoutMs: number) => createOutward({ ...counterparts.paymentProvider, timeoutMs, tryMs: timeoutMs });
let dataDir: string;
let running: RunningPaymentProvider;
let port: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'provider-contract-'));
  running = await startPaymentProvider({ port: 0, dataDir, apiKey });
  port = Number(new URL(running.url).port);
});
afterAll(async () => {
  await running.close();
  await rm(dataDir, { recursive: true });
});

const admin = (method: string, path: string, body?: object) =>
  fetch(running.url + path, {
    method,
    headers: { authorization: `Bearer ${apiKey}` },
    body: body ? JSON.stringify(body) : undefined,
  });

paymentProviderContract('HTTP', () => ({
  provider: httpPaymentProvider({ url: running.url, apiKey, outward: within(3_000) }),
  methods: { ok: 'tok_ok', declined: 'tok_declined', captureRefused: 'tok_capture_refused' },
  accounts: { open: 'acct_open', closed: 'acct_closed' },
  loseNextAnswer: async () => {
    await admin('PUT', '/v1/behaviour', { loseAnswers: 1 });
  },
  suspend: () => running.close(),
  resume: async () => {
    running = await startPaymentProvider({ port, dataDir, apiKey });
  },
  async movements(reference) {
    const { data } = (await (await admin('GET', `/v1/ledger?merchantReference=${reference}`)).json()) as {
      data: { kind: string }[];
    };
    const count = (kind: string) => data.filter((entry) => entry.kind === kind).length;
    return {
      authorisations: count('authorisation'),
      captures: count('capture'),
      voids: count('void'),
      refunds: count('refund'),
      payouts: count('payout'),
    };
  },
}));

describe('httpPaymentProvider', () => {
  const request = {
    reference: 'own-1',
    amount: 5,
    currency: 'EUR',
    methodToken: 'tok_ok',
    payerPresent: false,
    idempotencyKey: 'own-1:a',
  };

  it('rejects after its time-out, and gets the outcome when called again', async () => {
    await admin('PUT', '/v1/behaviour', { delayMilliseconds: 600 });
    const hasty = httpPaymentProvider({ url: running.url, apiKey, outward: within(100) });
    await expect(hasty.authorise(request)).rejects.toBeInstanceOf(ProviderUnavailable);
    await admin('PUT', '/v1/behaviour', {});
    const patient = httpPaymentProvider({ url: running.url, apiKey, outward: within(5_000) });
    expect(await patient.authorise(request)).toMatchObject({ outcome: 'AUTHORISED' });
  });

  it('tries again when the provider is busy, and rejects when it stays busy', async () => {
    await admin('PUT', '/v1/behaviour', { available: false });
    const provider = httpPaymentProvider({ url: running.url, apiKey, outward: within(3_000) });
    await expect(provider.authorise({ ...request, idempotencyKey: 'own-2:a' })).rejects.toThrow('no answer');
    await admin('PUT', '/v1/behaviour', {});
  });

  it('throws for a refused API key', async () => {
    const provider = httpPaymentProvider({
      url: running.url,
      apiKey: 'another-key-altogether',
      outward: within(3_000),
    });
    await expect(provider.find('own-1')).rejects.toThrow('API key');
  });

  it('throws for a reused idempotency key, which is no decline', async () => {
    const provider = httpPaymentProvider({ url: running.url, apiKey, outward: within(3_000) });
    await provider.authorise(request);
    await expect(provider.authorise({ ...request, amount: 6 })).rejects.toThrow('idempotency_key_reused');
  });
});
