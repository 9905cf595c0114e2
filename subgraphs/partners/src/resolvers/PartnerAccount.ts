import type { PartnerAccountResolvers } from '#generated/partners/resolvers.ts';

export const PartnerAccount: PartnerAccountResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.partnerById.load(id),
  openedAt: ({ openedAt }) => openedAt.toISOString(),
  apps: ({ id }, _args, { domain }) =>
    domain.db.app.findMany({ where: { partnerId: id }, orderBy: { name: 'asc' }, take: 50 }),
};
