import type { Transfer } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import type { MenuDomain } from '../context.ts';
import { checkMenu } from './checkMenu.ts';
import { readMenu } from './readMenu.ts';
import { writeCatalogue } from './writeCatalogue.ts';
import { writeStorePrices } from './writeStorePrices.ts';

const kinds = {
  category: 'category',
  item: 'menu_item',
  size: 'item_size',
  modifierGroup: 'modifier_group',
  modifier: 'modifier',
  slot: 'combo_slot',
  choice: 'slot_choice',
} as const;

/** The catalogue, and prices by country and store. */
export const transfer: Transfer<MenuDomain> = {
  async ids({ pool }) {
    const ids = async (statement: string): Promise<string[]> =>
      (await pool.query<{ id: string }>(statement)).rows.map(({ id }) => id);
    const found = Object.entries(kinds).map(
      async ([kind, table]) => [kind, await ids(`SELECT id::text FROM ${table}`)] as const,
    );
    return {
      ...Object.fromEntries(await Promise.all(found)),
      country: await ids('SELECT country AS id FROM price_list'),
    };
  },
  check: checkMenu,
  async write(domain, tables: ImportRows, run) {
    const catalogue = await writeCatalogue(domain, tables, run);
    const own = await writeStorePrices(domain, tables, run);
    const listed = catalogue.prices;
    return [
      ...catalogue.tallies,
      ...(tables.prices
        ? [
            {
              table: 'prices',
              created: listed.created + own.created,
              changed: listed.changed + own.changed,
              unchanged: tables.prices.length - listed.created - own.created - listed.changed - own.changed,
            },
          ]
        : []),
    ];
  },
  read: readMenu,
};
