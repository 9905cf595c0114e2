import type { MutationResolvers } from '#generated/partners/resolvers.ts';

export const removeWebhookEndpoint: MutationResolvers['removeWebhookEndpoint'] = async (
  _parent,
  { input: { id } },
  { domain, loaders },
) => {
  // One of another partner answers like one that is gone.
  if (await loaders.endpointById.load(id)) await domain.db.webhookEndpoint.deleteMany({ where: { id } });
  return { __typename: 'RemoveWebhookEndpointSuccess', id };
};
