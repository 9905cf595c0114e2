import type { ConsentChangeResolvers } from '#generated/customers/resolvers.ts';
import type { ConsentPurpose } from '../consent.ts';

export const ConsentChange: ConsentChangeResolvers = {
  purpose: ({ purpose }) => purpose as ConsentPurpose,
  at: ({ at }) => at.toISOString(),
};
