import type { LoyaltyAccountResolvers } from '#generated/loyalty/resolvers.ts';
import { pagedList, sortable } from '#platform/subgraph/connection.ts';

const ledgerList = pagedList('ledger', [sortable.number]);

export const LoyaltyAccount: LoyaltyAccountResolvers = {
  ledger: async ({ customerId }, args, { loaders }) => {
    const page = ledgerList.page(args, customerId);
    const before = page.after?.[0] ?? null;
    const rows = await loaders.entries.load({ customerId, limit: page.limit, before });
    return ledgerList.connection(rows, page, ({ version }) => [version]);
  },
};
