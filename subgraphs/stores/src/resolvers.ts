import type { Resolvers } from '#generated/stores/resolvers.ts';
import { pauseOrdering } from './resolvers/Mutation/pauseOrdering.ts';
import { resumeOrdering } from './resolvers/Mutation/resumeOrdering.ts';
import { setOpeningException } from './resolvers/Mutation/setOpeningException.ts';
import { nearestStores } from './resolvers/Query/nearestStores.ts';
import { store } from './resolvers/Query/store.ts';
import { stores } from './resolvers/Query/stores.ts';
import { Store } from './resolvers/Store.ts';

export const resolvers: Resolvers = {
  Query: { store, stores, nearestStores },
  Mutation: { pauseOrdering, resumeOrdering, setOpeningException },
  Store,
};
