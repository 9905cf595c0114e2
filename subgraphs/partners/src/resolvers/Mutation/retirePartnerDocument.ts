import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { notFound, problem } from '../results.ts';

export const retirePartnerDocument: MutationResolvers['retirePartnerDocument'] = async (
  _parent,
  { input: { id, sunset, successorId = null } },
  { domain, loaders },
) => {
  const document = await loaders.documentById.load(id);
  if (!document) return notFound('document');
  const successor = successorId === null ? undefined : await loaders.documentById.load(successorId);
  if (successor === null || successor?.id === id || (successor && successor.appId !== document.appId))
    return problem({ field: 'successorId', message: 'Name another document of the same app.' });
  const retired = await domain.db.document.update({
    where: { id },
    data: {
      sunset: new Date(sunset),
      successorId: successor?.id ?? null,
      deprecatedAt: document.deprecatedAt ?? domain.clock(),
    },
  });
  return { __typename: 'RetirePartnerDocumentSuccess', document: retired };
};
