import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { testDatabase } from '#platform/testkit/testDatabase.ts';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { processPayment } from '#subgraphs/payments/src/commands/processPayment.ts';
import { providerOf } from '#subgraphs/payments/src/config.ts';
import type { Payments } from '#subgraphs/payments/src/context.ts';
import { apiKey, openPayments } from '#subgraphs/payments/src/testing/paymentsUnderTest.ts';
import { findings, reconcile } from './settlementsCommand.ts';

const day = '2026-06-01';
let now = new Date(`${day}T09:00:00.000Z`);
const clock = () => now;
let provider: RunningPaymentProvider;
let payments: Payments;
let close: () => Promise<void>;

beforeAll(async () => {
  provider = await startPaymentProvider({ port: 0, dataDir: temporaryFolder('settlements'), apiKey, clock });
  const opened = openPayments((await testDatabase('payments')).url, provider.url);
  ({ close } = opened);
  payments = { ...opened.payments, clock };
});
afterAll(async () => {
  await close();
  await provider.close();
});

it('tells in what a settlement file differs, lists what is open, and takes a corrected file in', async () => {
  const of = providerOf(payments);
  const orderId = uuidv7();
  const money = { amount: 1_990, currency: 'EUR', exponent: 2, methodToken: 'tok_visa' };
  const terms = { storeId: uuidv7(), customerId: null, ...money };
  await processPayment(payments, of, { kind: 'AUTHORISE', orderId, key: `${orderId}:a`, terms });
  await processPayment(payments, of, { kind: 'CAPTURE', orderId, key: `${orderId}:c` });
  now = new Date('2026-06-02T09:00:00.000Z');
  const file = async (fileFaults: string[]) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    await fetch(`${provider.url}/v1/behaviour`, { method: 'PUT', headers, body: JSON.stringify({ fileFaults }) });
    return (await of({ provider: 'usual' }).settlementFile(day))!;
  };
  const wrong = await file(['OMIT']);
  const right = await file([]);

  const told: string[] = [];
  const parts = { domain: payments, print: (line: string) => void told.push(line) };
  const heard = () => told.splice(0);
  expect(await reconcile(parts, 'usual', 'day.csv', wrong)).toBe(false);
  const [finding, todo, summary] = heard();
  expect(finding).toMatch(/^usual 2026-06-01 {2}MISSING .* capture of 1990 EUR of /);
  expect(todo).toMatch(/^ +Ask the provider for the money/);
  expect(summary).toBe('usual 2026-06-01: 0 entries, 1 new differences, 0 resolved, 1 open');
  expect(await reconcile(parts, 'usual', 'day.csv', wrong)).toBe(false);
  expect(heard()).toEqual(['usual 2026-06-01: 0 entries, 0 new differences, 0 resolved, 1 open']);
  expect(await findings(parts)).toBe(false);
  expect(heard()).toEqual([finding, todo]);

  expect(await reconcile(parts, 'usual', 'day.csv', right.slice(0, -30))).toBe(false);
  expect(heard().at(-1)).toBe('Nothing of the file was taken in. Ask for it again.');
  expect(await reconcile(parts, 'usual', 'day.csv', right)).toBe(true);
  expect(heard()).toEqual(['usual 2026-06-01: 1 entries, 0 new differences, 1 resolved, 0 open']);
  expect(await findings(parts)).toBe(true);
  expect(heard()).toEqual(['Nothing is open.']);
});
