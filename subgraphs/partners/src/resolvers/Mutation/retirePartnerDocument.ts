import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { stateOf } from '../../documentState.ts';
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
  const now = domain.clock();
  const asked = new Date(sunset);
  // Nobody is to read that a document ended before its end was told.
  const ended = stateOf(document, now) === 'RETIRED' ? document.sunset : now;
  const retired = await domain.db.document.update({
    where: { id },
    data: {
      sunset: asked < now ? ended : asked,
      successorId: successor?.id ?? null,
      deprecatedAt: document.deprecatedAt ?? now,
    },
  });
  return { __typename: 'RetirePartnerDocumentSuccess', document: retired };
};
