import { expect, test } from 'vitest';
import { OrderStatusChangedDocument, PlaceOrderDocument } from '#generated/bffs/kiosk/operations.ts';
import { countStatements, type StatementCount } from '#platform/testkit/countStatements.ts';
import type { ChannelClient } from '../harness/channelClient.ts';
import { orderInput, orderOf } from '../harness/placing.ts';
import { handOver, markReady, startPreparation } from '../harness/staffDocuments.ts';
import { sharedSystem } from '../harness/sharedSystem.ts';

const orders = 12;

/**
 * What one order may ask of each database, from placing to COMPLETED, on average. Most of what an order costs are round
 * trips (docs/performance.md), and each one that is added is added to every order: if you need more, say in your change
 * why, and change the number here. If you need less, lower it.
 */
const mostPerOrder: Readonly<Record<string, StatementCount>> = {
  orders: { statements: 140, commits: 24.5 },
  sagas: { statements: 63, commits: 6 },
  payments: { statements: 44, commits: 5 },
  inventory: { statements: 23, commits: 2.2 },
  partners: { statements: 22, commits: 4.2 },
  bus: { statements: 22, commits: 0.5 },
  webhooks: { statements: 8.5, commits: 0.5 },
  stores: { statements: 2.5, commits: 0.5 },
};
/** What polls, and databases that a kiosk's order has no part in. */
const mostOfOthers: StatementCount = { statements: 2, commits: 0.5 };

async function complete(kiosk: ChannelClient, kitchen: ChannelClient): Promise<void> {
  const { placeOrder } = await kiosk.ask(PlaceOrderDocument, { input: orderInput('KIOSK') });
  const { id: orderId } = orderOf(placeOrder);
  const statuses = kiosk.subscribe(OrderStatusChangedDocument, { orderId });
  const reached = (status: string) => statuses.next((message) => message.orderStatusChanged?.status === status, status);
  await reached('CONFIRMED');
  await kitchen.ask(startPreparation, { orderId });
  await kitchen.ask(markReady, { orderId });
  await reached('READY');
  await kitchen.ask(handOver, { orderId });
  await reached('COMPLETED');
}

test('an order asks no database more often than it did', async () => {
  const system = await sharedSystem();
  const kiosk = system.client('kiosk', { role: 'kiosk' });
  const kitchen = system.client('gateway', { role: 'kitchen' });
  // The first one fills caches, and prepares documents and statements.
  await complete(kiosk, kitchen);
  const names = Object.entries(system.databases);
  const counts = await countStatements(
    names.map(([, database]) => database),
    async () => void (await Promise.all(Array.from({ length: orders }, () => complete(kiosk, kitchen)))),
  );
  const perOrder = Object.fromEntries(
    names.map(([name, database]) => {
      const { statements, commits } = counts.get(database)!;
      return [name, { statements: statements / orders, commits: commits / orders }];
    }),
  );
  for (const [name, { statements, commits }] of Object.entries(perOrder)) {
    const most = mostPerOrder[name] ?? mostOfOthers;
    expect(statements, `${name}: statements an order`).toBeLessThanOrEqual(most.statements);
    expect(commits, `${name}: transactions an order`).toBeLessThanOrEqual(most.commits);
  }
});
