import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { isStorable } from '#platform/subgraph/isStorable.ts';
import { problem } from '../results.ts';

export const openPartnerAccount: MutationResolvers['openPartnerAccount'] = async (_parent, { input }, { domain }) => {
  const name = input.name.trim();
  if (name === '' || charactersIn(name) > 100 || !isStorable(name))
    return problem({ field: 'name', message: '1 to 100 characters.' });
  const account = await domain.db.partner.upsert({
    where: { name },
    create: { id: domain.newId(), name, openedAt: domain.clock() },
    update: {},
  });
  return { __typename: 'OpenPartnerAccountSuccess', account };
};
