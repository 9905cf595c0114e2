import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { problem } from '../results.ts';

export const openPartnerAccount: MutationResolvers['openPartnerAccount'] = async (_parent, { input }, { domain }) => {
  const name = input.name.trim();
  const unfit = textProblem(name, 100);
  if (unfit) return problem({ field: 'name', message: unfit });
  const account = await domain.db.partner.upsert({
    where: { name },
    create: { id: domain.newId(), name, openedAt: domain.clock() },
    update: {},
  });
  return { __typename: 'OpenPartnerAccountSuccess', account };
};
