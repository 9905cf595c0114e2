import { StoreOpened } from '#schema/events/stores.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import { lockMenu, renewCatalogue } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { listsByCountry, writeCountries } from '../transfer/writeCatalogue.ts';
import { giveLists, tellAdded } from '../transfer/writeStorePrices.ts';

/**
 * A new store sells by its country's price list. The first store of a country begins that list, which is empty until
 * prices are set or imported. An import says the same of the same store, in either order.
 */
export const storeOpened = onEvent(
  StoreOpened,
  'menu.storeOpened',
  async ({ data }, { domain, tx }: { domain: MenuDomain; tx: TransactionOf<MenuDomain['db']> }) => {
    const { storeId, country, currency } = data;
    await lockMenu(tx);
    if (!(await listsByCountry(tx)).has(country)) {
      await writeCountries(tx, [{ country, currency }]);
      await renewCatalogue(tx);
    }
    const countries = new Map([[storeId, country]]);
    await tellAdded(domain, tx, await giveLists(tx, [storeId], countries, await listsByCountry(tx)));
  },
);
