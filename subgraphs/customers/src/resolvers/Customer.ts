import type { CustomerResolvers, SupportActionKind, SupportReason } from '#generated/customers/resolvers.ts';
import { consentList, favouriteList } from '../findPages.ts';
import { mayRead } from '../ownership.ts';
import { supportActionsOf } from '../supportActionsOf.ts';

export const Customer: CustomerResolvers = {
  __resolveReference: ({ id }, { principal, loaders }) =>
    mayRead(principal, id) ? loaders.customerById.load(id) : null,
  registeredAt: ({ registeredAt }) => registeredAt.toISOString(),
  addresses: ({ id }, _args, { loaders }) => loaders.addressesOf.load(id),
  preferences: ({ preferences: { diets, avoidAllergens, marketingChannel, quietHours } }) => ({
    quietHours,
    diets: [...diets],
    avoidAllergens: [...avoidAllergens],
    marketingChannel,
  }),
  consents: ({ id }, _args, { loaders }) => loaders.consentsOf.load(id),
  consentHistory: async ({ id }, args, { loaders }) => {
    const page = consentList.page(args, id);
    return consentList.connection(await loaders.consentHistory(id, page), page, (row) => [
      row.at.toISOString(),
      row.id,
    ]);
  },
  favouriteStores: async ({ id }, args, { loaders }) => {
    const page = favouriteList.page(args, id);
    return favouriteList.connection(await loaders.favourites(id, page), page, (row) => [
      row.addedAt.toISOString(),
      row.storeId,
    ]);
  },
  supportActions: async ({ id }, _args, { domain }) =>
    (await supportActionsOf(domain, id)).map(({ kind, role, reason, orderId, at, endsAt }) => ({
      kind: kind as SupportActionKind,
      role: role === 'support' ? 'SUPPORT' : 'ADMIN',
      reason: reason as SupportReason,
      orderId,
      at: at.toISOString(),
      endsAt: endsAt?.toISOString() ?? null,
    })),
};
