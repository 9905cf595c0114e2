import { expect, test } from 'vitest';
import type { Catalogue, Item } from '../catalogue.ts';
import { burger, meal, storeWith } from '../fixtures/smallMenu.ts';
import type { PriceWindow } from '../prices.ts';
import { itemsSoldOtherwise } from './catalogueDifferences.ts';

const catalogueWith = (item: Item, windows: PriceWindow[] = [{ amount: 500, from: 0, until: null }]): Catalogue => {
  const { catalogue, list } = storeWith({});
  return {
    ...catalogue,
    items: new Map([...catalogue.items, [item.id, item]]),
    priceLists: new Map([[list.id, { ...list, prices: new Map([[item.id, windows]]) }]]),
    itemsPricedBy: new Map([[item.id, [item]]]),
  };
};
const before = catalogueWith(burger);
const after = (item: Item, windows?: PriceWindow[]) =>
  itemsSoldOtherwise(before, catalogueWith(item, windows), [burger.id], []);

test('stores are asked about an item that another window, slot or removal may sell or not, and about no other', () => {
  expect(after({ ...burger, name: { en: 'Other' }, kilocalories: 1, allergens: [] })).toEqual([]);
  expect(after(burger, [{ amount: 700, from: 0, until: null }])).toEqual([]);
  expect(after(burger, [{ amount: 500, from: 0, until: 1 }])).toEqual([burger.id]);
  expect(after(burger, [])).toEqual([burger.id]);
  expect(after({ ...burger, removed: true })).toEqual([burger.id]);
  const own = [{ store_id: 's', price_list_id: 'l', subject_id: burger.id }];
  expect(itemsSoldOtherwise(before, before, [burger.id], own)).toEqual([burger.id]);
  const slots = meal.slots.map((slot) => ({ ...slot, required: !slot.required }));
  const combo = catalogueWith(meal);
  expect(itemsSoldOtherwise(combo, catalogueWith({ ...meal, slots }), [meal.id], [])).toEqual([meal.id]);
  expect(itemsSoldOtherwise(before, combo, ['new'], [])).toEqual(['new']);
});
