import type { RowProblem } from '#platform/transfer/transfer.ts';
import type { ImportRows } from '#schema/import/tables.ts';
import type { MenuDomain } from '../context.ts';

type Checked = 'countries' | 'modifierGroups' | 'sizes' | 'comboSlots' | 'comboChoices' | 'prices';

const problemsOf = <R>(
  table: Checked,
  rows: readonly R[] = [],
  find: (row: R) => readonly [column: string, message: string] | false | undefined,
): RowProblem[] =>
  rows.flatMap((each, row) => {
    const found = find(each);
    return found ? [{ table, row, column: found[0], message: found[1] }] : [];
  });

/** What is wrong with rows of the menu and of its prices. */
export async function checkMenu({ db }: MenuDomain, tables: ImportRows): Promise<RowProblem[]> {
  const known = await db.menuItem.findMany({ select: { id: true, kind: true } });
  const combos = new Set(known.filter(({ kind }) => kind === 'COMBO').map(({ id }) => id));
  for (const { key, combo } of tables.items ?? []) {
    if (combo) combos.add(key);
    else combos.delete(key);
  }
  return [
    ...problemsOf(
      'modifierGroups',
      tables.modifierGroups,
      ({ min, max }) => min > max && ['max', `it must be at least min, ${min}`],
    ),
    ...sizeProblems(tables),
    ...problemsOf(
      'comboSlots',
      tables.comboSlots,
      ({ combo }) => !combos.has(combo) && ['combo', 'this item is no combo: set combo to true in items'],
    ),
    ...problemsOf(
      'comboChoices',
      tables.comboChoices,
      ({ item }) => combos.has(item) && ['item', 'a combo cannot be part of a combo: name what it is made of'],
    ),
    ...(await currencyProblems(db, tables)),
    ...priceProblems(tables, await sellingStores(db, tables)),
  ];
}

async function currencyProblems(db: MenuDomain['db'], { countries = [] }: ImportRows): Promise<RowProblem[]> {
  const lists = await db.priceList.findMany();
  const known = new Map(lists.map(({ country, currency }) => [country, currency]));
  return problemsOf('countries', countries, ({ country, currency }) => {
    const before = known.get(country);
    return before !== undefined && before !== currency && ['currency', `prices there are in ${before}: keep that`];
  });
}

/** Stores that have a price list, or get one. */
async function sellingStores(db: MenuDomain['db'], { stores = [] }: ImportRows): Promise<ReadonlySet<string>> {
  const selling = await db.storePriceList.findMany({ select: { storeId: true } });
  return new Set([...selling.map(({ storeId }) => storeId), ...stores.map(({ key }) => key)]);
}

function sizeProblems({ sizes = [] }: ImportRows): RowProblem[] {
  const usual = new Map<string, number>();
  for (const { item, isDefault } of sizes) usual.set(item, (usual.get(item) ?? 0) + (isDefault ? 1 : 0));
  return problemsOf('sizes', sizes, ({ item }) => {
    const count = usual.get(item);
    // Told once for each item.
    usual.set(item, 1);
    return count !== 1 && ['isDefault', `exactly one size of an item is the usual one; of this item ${count} are`];
  });
}

const priceProblems = ({ prices }: ImportRows, selling: ReadonlySet<string>): RowProblem[] =>
  problemsOf('prices', prices, ({ country, store, kind, amount, validFrom, validUntil }) => {
    if ((country === undefined) === (store === undefined)) return ['country', 'give either country or store'];
    if (store !== undefined && !selling.has(store)) return ['store', 'this store has no menu yet: import stores, too'];
    if (kind === 'item' && amount < 0) return ['amount', 'an item costs nothing or more'];
    if (validUntil !== undefined && Date.parse(validUntil) <= Date.parse(validFrom ?? '1970-01-01T00:00:00Z'))
      return ['validUntil', 'it must be later than validFrom'];
    return undefined;
  });
