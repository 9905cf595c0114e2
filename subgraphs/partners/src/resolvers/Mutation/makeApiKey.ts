import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { makeApiKey as command } from '../../commands/makeApiKey.ts';
import { notFound, problem } from '../results.ts';

export const makeApiKey: MutationResolvers['makeApiKey'] = async (_parent, { input }, { domain, principal }) => {
  const outcome = await command(domain, principal, { overlapHours: 168, ...input });
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('app');
  return { __typename: 'MakeApiKeySuccess', key: outcome.key, apiKey: outcome.apiKey };
};
