import type { ConsentResolvers } from '#generated/customers/resolvers.ts';

export const Consent: ConsentResolvers = {
  decidedAt: ({ decidedAt }) => decidedAt?.toISOString() ?? null,
};
