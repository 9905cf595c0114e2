import { IANAZone } from 'luxon';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import type { Stores } from './context.ts';

/**
 * Tells the operator, at each start, of stores whose time zone is none, as could be stored before zones were checked:
 * nobody can say when such a store is open, so it takes no orders.
 */
export const tellOfWrongZones = (domain: Stores): Background => ({
  name: 'time zones',
  async run() {
    const stores = await domain.db.store.findMany({ select: { id: true, name: true, timeZone: true } });
    for (const store of stores)
      if (!IANAZone.isValidZone(store.timeZone))
        domain.log.error(
          { storeId: store.id, timeZone: store.timeZone },
          `${store.name} has no valid time zone: set one in the office (Store), by changeStore, or by an import of stores`,
        );
  },
});
