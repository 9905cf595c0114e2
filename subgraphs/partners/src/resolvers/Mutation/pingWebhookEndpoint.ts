import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { pingEndpoint } from '../../commands/sendWebhooks.ts';
import { notFound, problem } from '../results.ts';

export const pingWebhookEndpoint: MutationResolvers['pingWebhookEndpoint'] = async (
  _parent,
  { input: { id } },
  { domain, loaders },
) => {
  const endpoint = await loaders.endpointById.load(id);
  if (!endpoint) return notFound('endpoint');
  const outcome = await pingEndpoint(domain, endpoint);
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('endpoint');
  return { __typename: 'PingWebhookEndpointSuccess', webhookId: outcome.webhookId };
};
