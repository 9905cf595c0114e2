import DataLoader from 'dataloader';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { accountOf, emptyAccount, type AccountRow } from './account.ts';
import type { Loyalty } from './context.ts';
import { findEntries, type EntryPage, type EntryRow } from './findEntries.ts';
import { maySee } from './ownership.ts';

export interface Loaders {
  /** Accounts by customer id; null when the caller may not see the account. */
  readonly accountOfCustomer: DataLoader<string, AccountRow | null>;
  /** Points by order id; null when the order is not completed, or the caller may not see it. */
  readonly pointsOfOrder: DataLoader<string, number | null>;
  /** A page of an account's ledger, and one entry more if there is one. */
  readonly entries: DataLoader<EntryPage, EntryRow[], string>;
}

export function loaders(domain: Loyalty, principal: Principal): Loaders {
  return {
    accountOfCustomer: new DataLoader(async (customerIds) => {
      const visible = customerIds.filter((id) => isId(id) && maySee(principal, id));
      const accounts =
        visible.length > 0 ? await domain.db.account.findMany({ where: { customerId: { in: visible } } }) : [];
      const byCustomer = new Map(accounts.map((account) => [account.customerId, accountOf(account)]));
      return customerIds.map((id) => (visible.includes(id) ? (byCustomer.get(id) ?? emptyAccount(id)) : null));
    }),
    pointsOfOrder: new DataLoader(async (orderIds) => {
      const rows = await domain.db.orderPoints.findMany({ where: { orderId: { in: orderIds.filter(isId) } } });
      const points = new Map(
        rows.filter(({ customerId }) => maySee(principal, customerId)).map((row) => [row.orderId, row.points]),
      );
      return orderIds.map((id) => points.get(id) ?? null);
    }),
    entries: new DataLoader((pages) => findEntries(domain, pages), {
      cacheKeyFn: ({ customerId, limit, before }) => `${customerId} ${limit} ${before}`,
    }),
  };
}
