import type { QueryResolvers } from '#generated/orders/resolvers.ts';
import { seesBoard } from '../../ownership.ts';

export const orderBoard: QueryResolvers['orderBoard'] = (_parent, { storeId }, { loaders, principal }) =>
  seesBoard(principal, storeId) ? loaders.boardOf.load(storeId) : null;
