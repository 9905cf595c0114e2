import { StoreOpened } from '#schema/events/stores.ts';
import { onEvent } from '#platform/events/onEvent.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import type { MenuDomain } from '../context.ts';

/** A new store sells by its country's price list, if the country has one; an import says the same of the same store. */
export const storeOpened = onEvent(
  StoreOpened,
  'menu.storeOpened',
  async ({ data }, { tx }: { domain: MenuDomain; tx: TransactionOf<MenuDomain['db']> }) => {
    await tx.$executeRawUnsafe(
      `INSERT INTO store_price_list (store_id, price_list_id) SELECT $1::uuid, id FROM price_list WHERE country = $2
     ON CONFLICT DO NOTHING`,
      data.storeId,
      data.country,
    );
  },
);
