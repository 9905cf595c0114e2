import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { changeEndpoint } from '../../commands/webhookEndpoints.ts';
import { notFound, problem } from '../results.ts';

export const changeWebhookEndpoint: MutationResolvers['changeWebhookEndpoint'] = async (
  _parent,
  { input: { id, url, eventTypes, storeIds, payloadVersion } },
  { domain, loaders },
) => {
  const endpoint = await loaders.endpointById.load(id);
  if (!endpoint) return notFound('endpoint');
  const outcome = await changeEndpoint(domain, endpoint, {
    ...(url && { url }),
    ...(eventTypes && { eventTypes }),
    ...(storeIds && { storeIds }),
    ...(payloadVersion && { payloadVersion }),
  });
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('endpoint');
  return { __typename: 'ChangeWebhookEndpointSuccess', endpoint: outcome.endpoint };
};
