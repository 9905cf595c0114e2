import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { stateOf } from '../../documentState.ts';
import { notFound, problem } from '../results.ts';

export const activatePartnerDocument: MutationResolvers['activatePartnerDocument'] = async (
  _parent,
  { input: { id } },
  { domain, loaders },
) => {
  const document = await loaders.documentById.load(id);
  if (!document) return notFound('document');
  const now = domain.clock();
  const state = stateOf(document, now);
  if (state === 'RETIRED') return problem({ field: 'id', message: 'It is retired: register it under another text.' });
  const active =
    state === 'ACTIVE' ? document : await domain.db.document.update({ where: { id }, data: { activatedAt: now } });
  return { __typename: 'ActivatePartnerDocumentSuccess', document: active };
};
