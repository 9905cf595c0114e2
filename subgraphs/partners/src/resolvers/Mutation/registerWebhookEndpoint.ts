import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { registerEndpoint } from '../../commands/webhookEndpoints.ts';
import { notFound, problem } from '../results.ts';

export const registerWebhookEndpoint: MutationResolvers['registerWebhookEndpoint'] = async (
  _parent,
  { input },
  { domain, principal },
) => {
  const outcome = await registerEndpoint(domain, principal, { storeIds: [], payloadVersion: 'V1', ...input });
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('app');
  return { __typename: 'RegisterWebhookEndpointSuccess', endpoint: outcome.endpoint, secret: outcome.secret };
};
