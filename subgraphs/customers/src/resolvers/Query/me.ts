import type { QueryResolvers } from '#generated/customers/resolvers.ts';
import { customerOf, mayRead } from '../../ownership.ts';

export const me: QueryResolvers['me'] = (_parent, _args, { principal, loaders }) => {
  const customerId = customerOf(principal);
  return customerId && mayRead(principal, customerId) ? loaders.customerById.load(customerId) : null;
};
