import { Turns, workThrough } from '#platform/domain/workThrough.ts';
import { pause } from '#platform/events/pause.ts';
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

interface Lists {
  readonly due: Turns;
  readonly charges: Turns;
  readonly refunds: Turns;
}
const lists = new WeakMap<Memberships, Lists>();

function listsOf(domain: Memberships): Lists {
  const known = lists.get(domain) ?? { due: new Turns(), charges: new Turns(), refunds: new Turns() };
  lists.set(domain, known);
  return known;
}

/**
 * One round of billing: what time brings to memberships, then charges and refunds without an outcome. A first charge
 * is not among them: it is taken by the saga of its membership.
 * @returns how much was done; 0 when there is nothing left that can be done now
 */
export async function billOnce(domain: Memberships): Promise<number> {
  const each = <Item>(what: string, items: readonly Item[], work: (item: Item) => Promise<void>) =>
    workThrough(items, { log: domain.log, what, atOnce }, work);
  const told = await tellPrices(domain, most);
  const turns = listsOf(domain);
  const due = await turns.due.next(most, (id, take) =>
    domain.db.membership.findMany({
      where: { dueAt: { lte: domain.clock() }, id },
      orderBy: { id: 'asc' },
      take,
      select: { id: true },
    }),
  );
  const brought = await each('a membership that is due', due, ({ id }) => bringDue(domain, id));
  const charges = await turns.charges.next(most, (id, take) =>
    domain.db.charge.findMany({
      where: { status: 'REQUESTED', kind: { not: 'SUBSCRIPTION' }, id },
      orderBy: { id: 'asc' },
      take,
    }),
  );
  const charged = await each('a charge', charges, (charge) => settleCharge(domain, charge));
  const refunds = await turns.refunds.next(most, (id, take) =>
    domain.db.refund.findMany({ where: { settledAt: null, id }, orderBy: { id: 'asc' }, take }),
  );
  const refunded = await each('a refund', refunds, (refund) => settleRefund(domain, refund));
  return told + brought + charged + refunded;
}

/** The loop that bills: every process of the domain runs one, and row locks keep two from doing the same. */
export const billing = (domain: Memberships): Background => ({
  name: 'billing of memberships',
  async run(signal) {
    while (!signal.aborted) {
      const done = await billOnce(domain);
      if (done > 0) continue;
      await pause(billingOf(domain) * 1_000, signal);
    }
  },
});
