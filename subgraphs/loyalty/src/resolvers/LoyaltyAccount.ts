import type { LoyaltyAccountResolvers } from '#generated/loyalty/resolvers.ts';
import { pageArgs, toConnection } from '#platform/subgraph/connection.ts';

export const LoyaltyAccount: LoyaltyAccountResolvers = {
  ledger: async ({ customerId }, args, { loaders }) => {
    const page = pageArgs(args);
    const before = page.after === undefined ? null : Number(page.after[0]);
    const rows = await loaders.entries.load({ customerId, limit: page.limit, before });
    return toConnection(rows, page, ({ version }) => [version]);
  },
};
