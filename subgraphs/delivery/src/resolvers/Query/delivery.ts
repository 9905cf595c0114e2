import type { QueryResolvers } from '#generated/delivery/resolvers.ts';
import { mayRead } from '../../ownership.ts';

export const delivery: QueryResolvers['delivery'] = async (_parent, { id }, { principal, loaders }) => {
  const found = await loaders.deliveryById.load(id);
  return found && mayRead(principal, found) ? found : null;
};
