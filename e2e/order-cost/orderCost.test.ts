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
  // Two for each of the kitchen's three steps are the audit trail's, before and after.
  orders: { statements: 48, commits: 1.6 },
  // Some five of them are polls of the runtime.
  sagas: { statements: 21, commits: 2 },
  payments: { statements: 11, commits: 0.3 },
  inventory: { statements: 17, commits: 2.2 },
  partners: { statements: 6.5, commits: 0.3 },
  bus: { statements: 13, commits: 0.5 },
  webhooks: { statements: 7, commits: 0.3 },
  // Its terms, and what polls.
  stores: { statements: 2, commits: 0.5 },
};
/** The most that polls may ask of a database that a kiosk's order has no part in. */
const mostOfOthers: StatementCount = { statements: 3, commits: 0.5 };

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
  // Another caller each time: what one may do in a minute is limited.
  let rounds = 0;
  const people = (): [ChannelClient, ChannelClient] => {
    const round = (rounds += 1);
    return [
      system.client('kiosk', { role: 'kiosk', subject: `counted-kiosk-${round}` }),
      system.client('gateway', { role: 'kitchen', subject: `counted-kitchen-${round}` }),
    ];
  };
  // The first one fills caches, and prepares documents and statements.
  await complete(...people());
  const measure = async (): Promise<[string, StatementCount][]> => {
    const names = Object.entries(system.databases);
    const [kiosk, kitchen] = people();
    const counts = await countStatements(
      names.map(([, database]) => database),
      async () => void (await Promise.all(Array.from({ length: orders }, () => complete(kiosk, kitchen)))),
    );
    return names.map(([name, database]) => {
      const { statements, commits } = counts.get(database)!;
      return [name, { statements: statements / orders, commits: commits / orders }];
    });
  };
  // Other polls are counted, and run more often per order when the machine is busy, so the least of a few counts is
  // taken.
  const least = new Map<string, StatementCount>();
  const tooMany = (): string[] =>
    [...least].flatMap(([name, { statements, commits }]) => {
      const most = mostPerOrder[name] ?? mostOfOthers;
      return statements <= most.statements && commits <= most.commits
        ? []
        : [`${name}: ${statements.toFixed(1)} statements, ${commits.toFixed(1)} transactions an order`];
    });
  for (let round = 0; round < 4 && (round === 0 || tooMany().length > 0); round += 1)
    for (const [name, count] of await measure()) {
      const before = least.get(name) ?? count;
      least.set(name, {
        statements: Math.min(before.statements, count.statements),
        commits: Math.min(before.commits, count.commits),
      });
    }
  expect(tooMany()).toEqual([]);
});
