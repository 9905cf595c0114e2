import type { QueryResolvers } from '#generated/customers/resolvers.ts';

export const customer: QueryResolvers['customer'] = (_parent, { id }, { loaders }) => loaders.customerById.load(id);
