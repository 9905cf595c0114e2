import type { PartnerAppResolvers, RequestSigning } from '#generated/partners/resolvers.ts';
import { usageOf } from '../usage.ts';

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
  webhookEndpoints: ({ id }, _args, { domain }) =>
    domain.db.webhookEndpoint.findMany({ where: { appId: id }, orderBy: [{ madeAt: 'asc' }, { id: 'asc' }], take: 20 }),
  usage: ({ id }, { hours }, { domain }) => usageOf(domain, id, hours ?? 1),
};
