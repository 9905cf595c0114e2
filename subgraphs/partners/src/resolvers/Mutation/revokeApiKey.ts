import type { MutationResolvers } from '#generated/partners/resolvers.ts';
import { notFound } from '../results.ts';

export const revokeApiKey: MutationResolvers['revokeApiKey'] = async (
  _parent,
  { input: { keyId } },
  { domain, loaders },
) => {
  const key = await loaders.keyById.load(keyId);
  if (!key) return notFound('key');
  const now = domain.clock();
  if (key.endsAt && key.endsAt <= now) return { __typename: 'RevokeApiKeySuccess', key };
  const ended = await domain.db.apiKey.update({ where: { id: key.id }, data: { endsAt: now } });
  return { __typename: 'RevokeApiKeySuccess', key: ended };
};
