import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { rotateSecret } from '../../commands/webhookEndpoints.ts';
import { notFound, problem } from '../results.ts';

export const rotateWebhookSecret: MutationResolvers['rotateWebhookSecret'] = async (
  _parent,
  { input: { id, overlapHours } },
  { domain, loaders },
) => {
  const endpoint = await loaders.endpointById.load(id);
  if (!endpoint) return notFound('endpoint');
  const outcome = await rotateSecret(domain, endpoint, overlapHours ?? 24);
  if (outcome.kind === 'invalid') return problem(outcome);
  if (outcome.kind === 'notFound') return notFound('endpoint');
  return { __typename: 'RotateWebhookSecretSuccess', endpoint: outcome.endpoint, secret: outcome.secret };
};
