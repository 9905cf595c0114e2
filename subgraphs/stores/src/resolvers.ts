import type { Resolvers } from '#generated/stores/resolvers.ts';
import { changeStore } from './resolvers/Mutation/changeStore.ts';
import { closeStore } from './resolvers/Mutation/closeStore.ts';
import { enrolDevice } from './resolvers/Mutation/enrolDevice.ts';
import { openStore } from './resolvers/Mutation/openStore.ts';
import { pauseOrdering } from './resolvers/Mutation/pauseOrdering.ts';
import { resumeOrdering } from './resolvers/Mutation/resumeOrdering.ts';
import { revokeDevice } from './resolvers/Mutation/revokeDevice.ts';
import { setHolidayHours } from './resolvers/Mutation/setHolidayHours.ts';
import { setOpeningHours } from './resolvers/Mutation/setOpeningHours.ts';
import { setOpeningException } from './resolvers/Mutation/setOpeningException.ts';
import { removeOpeningException } from './resolvers/Mutation/removeOpeningException.ts';
import { nearestStores } from './resolvers/Query/nearestStores.ts';
import { store } from './resolvers/Query/store.ts';
import { storeDevices } from './resolvers/Query/storeDevices.ts';
import { stores } from './resolvers/Query/stores.ts';
import { PublicHoliday } from './resolvers/PublicHoliday.ts';
import { Store } from './resolvers/Store.ts';
import { StoreDevice } from './resolvers/StoreDevice.ts';

export const resolvers: Resolvers = {
  Query: { store, stores, nearestStores, storeDevices },
  Mutation: {
    pauseOrdering,
    resumeOrdering,
    setOpeningException,
    removeOpeningException,
    openStore,
    changeStore,
    setOpeningHours,
    setHolidayHours,
    closeStore,
    enrolDevice,
    revokeDevice,
  },
  Store,
  StoreDevice,
  PublicHoliday,
};
