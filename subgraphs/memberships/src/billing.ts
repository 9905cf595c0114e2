import { setTimeout as wait } from 'node:timers/promises';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import { billingOf } from './config.ts';
import type { Memberships } from './context.ts';
import { tellPrices } from './prices.ts';
import { bringDue } from './sagas/renew.ts';
import { settleCharge } from './sagas/settleCharge.ts';
import { settleRefund } from './sagas/settleRefund.ts';

/** How many of a kind one round takes, and how many of them at once. */
const most = 200;
const atOnce = 8;

/** Does the work for each item, several at once. One that fails is logged and waits for the next round. */
async function forEach<Item>(
  domain: Memberships,
  what: string,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<number> {
  const queue = [...items];
  let done = 0;
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift())
      try {
        await work(item);
        done += 1;
      } catch (error) {
        domain.log.warn({ err: error }, `${what} has to wait for the next round`);
      }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return done;
}

/**
 * One round of billing: what time brings to memberships, then charges and refunds without an outcome, oldest first. A
 * first charge is not among them: it is taken by the saga of its membership.
 * @returns how much was done; 0 when there is nothing left that can be done now
 */
export async function billOnce(domain: Memberships): Promise<number> {
  const told = await tellPrices(domain, most);
  const due = await domain.db.membership.findMany({
    where: { dueAt: { lte: domain.clock() } },
    orderBy: { dueAt: 'asc' },
    take: most,
    select: { id: true },
  });
  const brought = await forEach(domain, 'a membership that is due', due, ({ id }) => bringDue(domain, id));
  const charges = await domain.db.charge.findMany({
    where: { status: 'REQUESTED', kind: { not: 'SUBSCRIPTION' } },
    orderBy: { createdAt: 'asc' },
    take: most,
  });
  const charged = await forEach(domain, 'a charge', charges, (charge) => settleCharge(domain, charge));
  const refunds = await domain.db.refund.findMany({
    where: { settledAt: null },
    orderBy: { createdAt: 'asc' },
    take: most,
  });
  const refunded = await forEach(domain, 'a refund', refunds, (refund) => settleRefund(domain, refund));
  return told + brought + charged + refunded;
}

/** The loop that bills: every process of the domain runs one, and row locks keep two from doing the same. */
export const billing = (domain: Memberships): Background => ({
  name: 'billing of memberships',
  async run(signal) {
    while (!signal.aborted) {
      const done = await billOnce(domain);
      if (done > 0) continue;
      await wait(billingOf(domain) * 1_000, undefined, { signal, ref: false }).catch(() => undefined);
    }
  },
});
