import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { OrderTrackingPageDocument, PlaceOrderDocument } from '#generated/bffs/web/operations.ts';
import { until } from '#platform/testkit/until.ts';
import { startLoyaltyPartner, type RunningLoyaltyPartner } from '#sandbox/loyaltyPartner/loyaltyPartner.ts';
import { findings, reconcile } from '../../scripts/system/loyaltyCommand.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { startTestSystem, type TestSystem } from '../harness/startTestSystem.ts';

const apiKey = 'k'.repeat(20);
const dayMs = 86_400_000;
/** The partner books on the day before, so that its file of that day can be had at once. */
let daysBehind = 1;
const yesterday = new Date(Date.now() - dayMs).toISOString().slice(0, 10);
let partner: RunningLoyaltyPartner;
let system: TestSystem;
let customer: ChannelClient;
let kitchen: ChannelClient;

beforeAll(async () => {
  partner = await startLoyaltyPartner({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'loyalty-partner-')),
    apiKey,
    clock: () => new Date(Date.now() - daysBehind * dayMs),
  });
  system = await startTestSystem({
    channels: ['web'],
    configuration: {
      LOYALTY_PARTNER_URL: partner.url,
      LOYALTY_PARTNER_API_KEY: apiKey,
      LOYALTY_PARTNER_FILES_SECONDS: 0.2,
    },
  });
  customer = system.client('web', { role: 'customer', subject: uuidv7() });
  kitchen = system.client('gateway', { role: 'kitchen' });
});
afterAll(() => partner.close());

async function eat(): Promise<void> {
  const { id: orderId } = orderOf(
    (await customer.ask(PlaceOrderDocument, { input: orderInput('TAKEAWAY') })).placeOrder,
  );
  const reached = (status: string) =>
    until(async () => (await customer.ask(OrderTrackingPageDocument, { orderId })).order?.status === status, {
      what: status,
      timeoutMs: 30_000,
    });
  await reached('CONFIRMED');
  for (const [step, status] of [
    [startPreparation, 'PREPARING'],
    [markReady, 'READY'],
    [handOver, 'COMPLETED'],
  ] as const) {
    await kitchen.ask(step, { orderId });
    await reached(status);
  }
}

test('points of orders are booked by the partner, and its file of the day tells in what it differs, once', async () => {
  partner.failNext('LOSE_ANSWER', 'FORGET', 'BOOK_TWICE');
  for (let order = 0; order < 3; order += 1) await eat();
  const { domain } = system.subgraph('loyalty');
  const booked = () => domain.pool.query('select 1 from partner_posting where booked_at is not null');
  await until(async () => (await booked()).rowCount === 3, { what: 'all are booked', timeoutMs: 30_000 });
  expect(partner.ledger.bookings).toHaveLength(4);

  // The day is over: loyalty takes its file in by itself.
  daysBehind = 0;
  const taken = () => domain.pool.query('select 1 from partner_file where day = $1', [yesterday]);
  await until(async () => (await taken()).rowCount === 1, { what: 'the file is taken in', timeoutMs: 30_000 });

  const told: string[] = [];
  const parts = { domain, print: (line: string) => void told.push(line) };
  expect(await findings(parts)).toBe(false);
  expect(told.filter((line) => line.startsWith(yesterday)).map((line) => line.split(/ +/)[1])).toEqual([
    'DOUBLED',
    'MISSING',
  ]);
  told.length = 0;
  const file = partner.ledger.fileOf(yesterday);
  expect(await reconcile(parts, 'day.csv', file)).toBe(false);
  expect(told).toEqual([`${yesterday}: 3 entries, 0 new differences, 0 resolved, 2 open`]);
  told.length = 0;
  expect(await reconcile(parts, 'day.csv', file.slice(0, -30))).toBe(false);
  expect(told).toEqual([
    expect.stringMatching(/^day\.csv:6 .*cut off$/) as string,
    'Nothing of the file was taken in. Ask the partner for it again.',
  ]);
});
