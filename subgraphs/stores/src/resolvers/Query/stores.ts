import type { QueryResolvers } from '#generated/stores/resolvers.ts';
import { findStores, storeList } from '../../findStores.ts';

export const stores: QueryResolvers['stores'] = async (_parent, args, { domain }) => {
  const page = storeList.page(args);
  return storeList.connection(await findStores(domain, args.filter, page), page, (store) => [store.name, store.id]);
};
