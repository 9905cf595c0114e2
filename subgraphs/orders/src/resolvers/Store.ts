import type { StoreResolvers } from '#generated/orders/resolvers.ts';
import { seesBoard, worksAt } from '../ownership.ts';

export const Store: StoreResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  orderBoard: ({ id }, _args, { loaders, principal }) => (seesBoard(principal, id) ? loaders.boardOf.load(id) : null),
  kitchenQueue: ({ id }, _args, { loaders, principal }) => (worksAt(principal, id) ? loaders.ticketsOf.load(id) : null),
};
