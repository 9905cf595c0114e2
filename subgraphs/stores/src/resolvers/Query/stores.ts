import type { QueryResolvers } from '#generated/stores/resolvers.ts';
import { pageArgs, toConnection } from '#platform/subgraph/connection.ts';
import { findStores } from '../../findStores.ts';

export const stores: QueryResolvers['stores'] = async (_parent, args, { domain }) => {
  const page = pageArgs(args);
  return toConnection(await findStores(domain, args.filter, page), page, (store) => [store.name, store.id]);
};
