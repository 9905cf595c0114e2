import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutward } from '#platform/outward/outward.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { counterparts } from '#schema/counterparts.ts';
import { kassaPaymentProvider } from './kassaPaymentProvider.ts';
import { confirmingProviderContract, paymentProviderContract } from './paymentProviderContract.ts';

const apiKey = 'key-of-the-kassa-tests';
const dataDir = temporaryFolder('kassa');
let running: RunningPaymentProvider;
let port = 0;

const open = () => startPaymentProvider({ port, dataDir, apiKey: 'another-key-than-kassas', kassa: { apiKey } });
beforeAll(async () => {
  running = await open();
  port = Number(new URL(running.url).port);
});
afterAll(() => running.close());

const admin = (method: string, path: string, body?: object) =>
  fetch(`${running.url}/kassa${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}` },
    body: body ? JSON.stringify(body) : undefined,
  });
const provider = (url = `${running.url}/kassa`) =>
  kassaPaymentProvider({
    url,
    apiKey,
    returnUrl: 'https://shop.example/orders/{orderId}',
    outward: createOutward({ ...counterparts.kassa, timeoutMs: 3_000, tryMs: 3_000 }),
  });
const underTest = () => ({
  provider: provider(),
  methods: { ok: 'tok_visa', declined: 'tok_declined', captureRefused: 'tok_capture_refused' },
  accounts: { open: 'acct_open', closed: 'acct_closed' },
  confirming: {
    method: 'tok_3ds',
    answer: async (url: string, agrees: boolean) => {
      await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ agrees: agrees ? 'yes' : 'no' }),
      });
    },
  },
  loseNextAnswer: async () => {
    await admin('PUT', '/behaviour', { loseAnswers: 1 });
  },
  suspend: () => running.close(),
  resume: async () => {
    running = await open();
  },
  async movements(reference: string) {
    const { data } = (await (await admin('GET', `/ledger?reference=${reference}`)).json()) as {
      data: { kind: string }[];
    };
    const count = (kind: string) => data.filter((line) => line.kind === kind).length;
    return {
      authorisations: count('hold'),
      captures: count('capture'),
      voids: count('cancel'),
      refunds: count('refund'),
      payouts: count('payout'),
    };
  },
});
paymentProviderContract('Kassa', underTest);
confirmingProviderContract('Kassa', underTest);

describe('kassaPaymentProvider', () => {
  const request = {
    reference: 'own-1',
    amount: 5,
    currency: 'EUR',
    methodToken: 'tok_visa',
    payerPresent: false,
    idempotencyKey: 'own-1:a',
  };

  it('tries again after answers that say that something went wrong at Kassa', async () => {
    await admin('PUT', '/behaviour', { failures: 2 });
    expect(await provider().authorise(request)).toMatchObject({ outcome: 'AUTHORISED' });
  });

  it.each([
    ['canceled', null, { outcome: 'DECLINED', reason: 'authorisation_voided' }],
    ['requires_payment_method', { decline_code: 'expired_card' }, { outcome: 'DECLINED', reason: 'expired_card' }],
    ['requires_capture', null, { outcome: 'AUTHORISED', authorisationId: 'pi_1' }],
    ['succeeded', null, { outcome: 'AUTHORISED', authorisationId: 'pi_1' }],
  ])('takes an intent that is %s by the time of the answer for what it is', async (status, error, expected) => {
    const answer = { id: 'pi_1', status, next_action: null, expires_at: '2026-03-01T12:00:00Z', latest_charge: null };
    const server = createServer((_request, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ ...answer, last_payment_error: error }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await provider(url).authorise(request)).toEqual(expected);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it('throws for a reused idempotency key, which is no decline', async () => {
    await expect(provider().authorise({ ...request, amount: 6 })).rejects.toThrow('idempotency_key_in_use');
  });

  it('keeps a payer who confirms twice, or another payer’s link, from changing anything', async () => {
    const link = (id: string) => `${running.url}/kassa/3ds/${id}`;
    const confirm = async (id: string) =>
      (await fetch(link(id), { method: 'POST', redirect: 'manual', body: new URLSearchParams({ agrees: 'yes' }) }))
        .status;
    const made = await provider().authorise({
      ...request,
      reference: 'own-2',
      methodToken: 'tok_3ds',
      payerPresent: true,
      idempotencyKey: 'own-2:a',
    });
    if (made.outcome !== 'CHALLENGED') throw new Error(made.outcome);
    expect(await confirm(made.authorisationId)).toBe(303);
    expect(await confirm(made.authorisationId)).toBe(400);
    expect(await confirm('pi_000000000000000000000000')).toBe(404);
    expect(await underTest().movements('own-2')).toMatchObject({ authorisations: 0, captures: 0 });
  });
});
