import type { PartnerAppResolvers, RequestSigning } from '#generated/partners/resolvers.ts';

export const PartnerApp: PartnerAppResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.appById.load(id),
  signing: ({ signing }) => signing as RequestSigning,
  keys: ({ id }, _args, { domain }) =>
    domain.db.apiKey.findMany({ where: { appId: id }, orderBy: { madeAt: 'desc' }, take: 20 }),
  documents: ({ id }, _args, { domain }) =>
    domain.db.document.findMany({
      where: { appId: id },
      orderBy: [{ name: 'asc' }, { version: 'desc' }],
      take: 500,
    }),
};
