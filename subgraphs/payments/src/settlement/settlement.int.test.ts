import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '#platform/testkit/testDatabase.ts';
import { startPaymentProvider, type RunningPaymentProvider } from '#sandbox/paymentProvider/paymentProvider.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { processPayment } from '../commands/processPayment.ts';
import { providerOf } from '../config.ts';
import type { Payments } from '../context.ts';
import { apiKey, openPayments } from '../testing/paymentsUnderTest.ts';
import { takeInSettlements } from './takeInSettlements.ts';

/** The instant for both sides: payments and the provider move on through days together. */
let now = new Date('2026-06-01T09:00:00.000Z');
const clock = () => now;
const storeId = uuidv7();
let database: TestDatabase;
let running: RunningPaymentProvider;
let payments: Payments;
let close: () => Promise<void>;

beforeAll(async () => {
  [database, running] = await Promise.all([
    testDatabase('payments'),
    startPaymentProvider({ port: 0, dataDir: temporaryFolder('settlement'), apiKey, clock, kassa: { apiKey } }),
  ]);
  const opened = openPayments(database.url, running.url, {
    PAYMENT_KASSA_URL: `${running.url}/kassa`,
    PAYMENT_KASSA_API_KEY: apiKey,
    PAYMENT_KASSA_FOR: storeId,
  });
  ({ close } = opened);
  payments = { ...opened.payments, clock };
});
afterAll(async () => {
  await close();
  await running.close();
});

const behave = (provider: string, behaviour: object) =>
  fetch(`${running.url}${provider === 'kassa' ? '/kassa/behaviour' : '/v1/behaviour'}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify(behaviour),
  });
async function paid(provider: string, amount: number): Promise<string> {
  const orderId = uuidv7();
  const terms = {
    storeId: provider === 'kassa' ? storeId : uuidv7(),
    customerId: null,
    amount,
    currency: 'EUR',
    exponent: 2,
    methodToken: 'tok_visa',
  };
  await processPayment(payments, providerOf(payments), { kind: 'AUTHORISE', orderId, key: `${orderId}:a`, terms });
  await processPayment(payments, providerOf(payments), { kind: 'CAPTURE', orderId, key: `${orderId}:c` });
  return orderId;
}
const refund = (orderId: string, amount: number) =>
  processPayment(payments, providerOf(payments), { kind: 'REFUND', orderId, key: `${orderId}:r${amount}`, amount });
const takeIn = (provider: string) =>
  takeInSettlements(payments, provider, providerOf(payments)({ provider }), new Set());
const findings = (provider: string) =>
  payments.db.settlementFinding.findMany({ where: { provider }, orderBy: [{ day: 'asc' }, { kind: 'asc' }] });
/** Has the file of a day taken in anew. */
async function again(provider: string, day: string) {
  await payments.db.settlementFile.delete({ where: { provider_day: { provider, day } } });
  await takeIn(provider);
}
const nextDay = () => {
  now = new Date(now.getTime() + 86_400_000);
};

describe.each(['usual', 'kassa'])('the settlement files of the provider %s', (provider) => {
  it('say what our payments say, over the days', async () => {
    const orderId = await paid(provider, 1_990);
    await refund(orderId, 500);
    nextDay();
    await refund(orderId, 400);
    await refund(orderId, 490);
    nextDay();
    await takeIn(provider);
    expect(await findings(provider)).toEqual([]);
    expect(await payments.db.settlementEntry.count({ where: { provider } })).toBe(4);
  });

  it('tell each difference once, and a second run changes nothing', async () => {
    for (const amount of [100, 200, 300, 400, 500]) await paid(provider, amount);
    const forgotten = await paid(provider, 600);
    await behave(provider, { fileFaults: ['OMIT', 'DOUBLE', 'WRONG_AMOUNT', 'UNKNOWN'] });
    nextDay();
    await takeIn(provider);
    const found = await findings(provider);
    expect(found.map(({ kind }) => kind)).toEqual(['DOUBLED', 'MISSING', 'UNKNOWN_PAYMENT', 'WRONG_AMOUNT']);
    expect(found.map(({ detail }) => detail).join()).not.toContain(forgotten);
    await again(provider, found[0]!.day);
    expect(await findings(provider)).toEqual(found);
  });

  it('resolve what a corrected file of the day no longer has', async () => {
    await behave(provider, {});
    await again(provider, (await findings(provider))[0]!.day);
    const found = await findings(provider);
    expect(found).toHaveLength(4);
    expect(found.every(({ resolvedAt }) => resolvedAt !== null)).toBe(true);
  });

  it('are refused whole when they were changed on their way', async () => {
    await paid(provider, 700);
    nextDay();
    const real = providerOf(payments)({ provider });
    const changed = {
      settlementFile: async (day: string) => (await real.settlementFile(day))?.replace(',700,', ',701,') ?? null,
    };
    const before = await payments.db.settlementFile.count({ where: { provider } });
    await takeInSettlements(payments, provider, changed, new Set());
    expect(await payments.db.settlementFile.count({ where: { provider } })).toBeLessThanOrEqual(before + 1);
    const day = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
    expect(await payments.db.settlementFile.findUnique({ where: { provider_day: { provider, day } } })).toBeNull();
  });

  it('of a day that cannot be had keep no later one waiting', async () => {
    await payments.db.settlementFile.deleteMany({ where: { provider } });
    const real = providerOf(payments)({ provider });
    const asked: string[] = [];
    const settlementFile = async (day: string) => {
      asked.push(day);
      if (asked.length === 1) throw new Error('there is no answer');
      return real.settlementFile(day);
    };
    await takeInSettlements(payments, provider, { settlementFile }, new Set());
    expect(asked).toHaveLength(7);
    expect(await payments.db.settlementFile.count({ where: { provider } })).toBeGreaterThan(0);
  });
});
