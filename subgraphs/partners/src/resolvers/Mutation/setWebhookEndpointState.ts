import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { setEndpointState } from '../../commands/webhookEndpoints.ts';
import { notFound } from '../results.ts';

export const setWebhookEndpointState: MutationResolvers['setWebhookEndpointState'] = async (
  _parent,
  { input: { id, state } },
  { domain, loaders },
) => {
  const endpoint = await loaders.endpointById.load(id);
  if (!endpoint) return notFound('endpoint');
  const outcome = await setEndpointState(domain, endpoint, state);
  if (outcome.kind === 'notFound') return notFound('endpoint');
  return { __typename: 'SetWebhookEndpointStateSuccess', endpoint: outcome.endpoint };
};
