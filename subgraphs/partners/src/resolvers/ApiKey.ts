import type { ApiKeyResolvers } from '#generated/partners/resolvers.ts';

export const ApiKey: ApiKeyResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.keyById.load(id),
  madeAt: ({ madeAt }) => madeAt.toISOString(),
  endsAt: ({ endsAt }) => endsAt?.toISOString() ?? null,
  lastUsedAt: ({ lastUsedAt }) => lastUsedAt?.toISOString() ?? null,
};
