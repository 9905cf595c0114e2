import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { replay } from '../../commands/sendWebhooks.ts';
import { notFound, problem } from '../results.ts';

export const replayWebhooks: MutationResolvers['replayWebhooks'] = async (
  _parent,
  { input: { endpointId, ...wanted } },
  { domain, loaders },
) => {
  const endpoint = await loaders.endpointById.load(endpointId);
  if (!endpoint) return notFound('endpoint');
  const outcome = await replay(domain, endpoint, wanted);
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('endpoint');
  return { __typename: 'ReplayWebhooksSuccess', count: outcome.count };
};
