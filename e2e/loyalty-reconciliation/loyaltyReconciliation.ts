import { beforeAll, expect, test } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import {
  LoyaltyBalanceChangedDocument,
  OrderTrackingPageDocument,
  PlaceOrderDocument,
} from '#generated/bffs/web/operations.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { startLoyaltyPartner, type RunningLoyaltyPartner } from '#sandbox/loyaltyPartner/loyaltyPartner.ts';
import { findings, reconcile } from '../../scripts/system/loyaltyCommand.ts';
import type { Loyalty } from '#subgraphs/loyalty/src/context.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';

const apiKey = 'k'.repeat(20);
const dayMs = 86_400_000;
const yesterday = new Date(Date.now() - dayMs).toISOString().slice(0, 10);

export interface PartnerOfTests {
  readonly partner: RunningLoyaltyPartner;
  /** The settings by which loyalty finds the partner. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Has the partner tell the system by webhooks. */
  tellTo(system: TestSystem): void;
  /** The partner books on the day before, so that its file of that day can be had at once, until the day ends. */
  endDay(): void;
}

/** A loyalty partner for a system that is started with its `configuration`. */
export async function partnerOfTests(): Promise<PartnerOfTests> {
  let daysBehind = 1;
  const webhooks = { url: '', secret: '' };
  const partner = await startLoyaltyPartner({
    port: 0,
    dataDir: temporaryFolder('loyalty-partner'),
    apiKey,
    webhooks,
    clock: () => new Date(Date.now() - daysBehind * dayMs),
  });
  return {
    partner,
    configuration: {
      LOYALTY_PARTNER_URL: partner.url,
      LOYALTY_PARTNER_API_KEY: apiKey,
      LOYALTY_PARTNER_FILES_SECONDS: 0.2,
    },
    tellTo: (system) =>
      void Object.assign(webhooks, {
        url: `${system.webhooks.url}/webhooks/loyalty`,
        secret: system.webhooks.secrets['WEBHOOK_LOYALTY_KEYS'],
      }),
    endDay: () => void (daysBehind = 0),
  };
}

/** The scenario, in a system that nobody else has used yet. */
export function loyaltyReconciliation(begin: () => Promise<{ system: TestSystem; ofTests: PartnerOfTests }>): void {
  let system: TestSystem;
  let ofTests: PartnerOfTests;
  let partner: RunningLoyaltyPartner;
  let customer: ChannelClient;
  let kitchen: ChannelClient;
  const customerId = uuidv7();

  beforeAll(async () => {
    ({ system, ofTests } = await begin());
    ({ partner } = ofTests);
    ofTests.tellTo(system);
    customer = system.client('web', { role: 'customer', subject: customerId });
    kitchen = system.client('gateway', { role: 'kitchen' });
  });

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
    ofTests.endDay();
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
      'Nothing of the file was taken in. Ask for it again.',
    ]);
  });

  test('what a guest spends at another chain of the partner is told by webhook, thrice, and taken off once', async () => {
    const { domain } = system.subgraph('loyalty');
    const { partnerAccount, balance } = await (domain as Loyalty).db.account.findUniqueOrThrow({
      where: { customerId },
    });
    const points = customer.subscribe(LoyaltyBalanceChangedDocument, {});
    await points.next((message) => message.loyaltyBalanceChanged?.balance === Number(balance), 'before');
    await partner.adjust({ account: partnerAccount, points: -7 }, 3);
    await points.next((message) => message.loyaltyBalanceChanged?.balance === Number(balance) - 7, 'after');
    const entries = await (domain as Loyalty).db.ledgerEntry.findMany({ where: { customerId, kind: 'ADJUSTED' } });
    expect(entries.map((entry) => entry.points)).toEqual([-7]);
  });
}
