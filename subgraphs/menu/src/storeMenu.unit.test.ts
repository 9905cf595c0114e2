import { expect, test } from 'vitest';
import { canAvoid, unavoidableAllergens } from './allergens.ts';
import { burger, coffee, instant, meal, storeWith, type Differences } from './fixtures/smallMenu.ts';
import { filterEntries, type MenuConditions } from './menuFilter.ts';
import { entriesOf, itemsSoldSometimes, itemsWithPriceBoundary, unavailableReason } from './storeMenu.ts';

const at = instant('03-01');
const menu = (conditions: MenuConditions = {}, store: Differences = {}) =>
  filterEntries(entriesOf(storeWith(store), at), conditions).map((entry) => entry.item.id);

test('a menu has the items that are sold and have a price, by category and position', () => {
  expect(menu()).toEqual(['meal', 'burger', 'salad', 'cola', 'coffee']);
  expect(menu({}, { listed: { salad: [{ amount: 1, from: 0, until: at.getTime() }] } })).not.toContain('salad');
});

test('an entry must meet all conditions of a filter', () => {
  expect(menu({ categoryId: 'drinks' })).toEqual(['cola', 'coffee']);
  expect(menu({ maxPrice: 250 })).toEqual(['cola', 'coffee']);
  expect(menu({ categoryId: 'drinks', maxPrice: 200 })).toEqual(['cola']);
  expect(menu({ availableOnly: true }, { unavailable: { cola: ['OUT_OF_STOCK'] } })).toEqual([
    'burger',
    'salad',
    'coffee',
  ]);
  expect(menu({ withoutAllergens: ['MILK'] })).toEqual(['meal', 'salad', 'cola', 'coffee']);
  expect(menu({ withoutAllergens: ['MILK', 'GLUTEN'], categoryId: 'drinks' })).toEqual(['cola']);
});

test('a text filter finds every word in any language, ignoring case and accents', () => {
  expect(menu({ text: 'KASE' })).toEqual(['burger']);
  expect(menu({ text: 'käseburger' })).toEqual(['burger']);
  expect(menu({ text: ' leaves green ' })).toEqual(['salad']);
  expect(menu({ text: 'green burger' })).toEqual([]);
  expect(menu({ text: '' })).toHaveLength(5);
});

test('allergens that some choice avoids are not counted as those of the item', () => {
  expect(unavoidableAllergens(burger)).toEqual(['GLUTEN', 'MILK']);
  expect(unavoidableAllergens(coffee)).toEqual([]);
  expect(canAvoid(coffee, new Set(['MILK']))).toBe(true);
  expect(canAvoid(coffee, new Set(['MILK', 'GLUTEN']))).toBe(false);
  expect(unavoidableAllergens(meal)).toEqual([]);
  expect(canAvoid(meal, new Set(['MILK', 'GLUTEN']))).toBe(true);
});

test('a combo is unavailable when nothing can fill a required slot, and names a withdrawal before missing stock', () => {
  const reason = (unavailable: NonNullable<Differences['unavailable']>, of = meal) =>
    unavailableReason(storeWith({ unavailable }), of);
  expect(reason({})).toBeNull();
  expect(reason({ burger: ['OUT_OF_STOCK'] })).toBeNull();
  expect(reason({ coffee: ['OUT_OF_STOCK'] })).toBeNull();
  expect(reason({ burger: ['OUT_OF_STOCK'], salad: ['WITHDRAWN_BY_STAFF'] })).toBe('OUT_OF_STOCK');
  expect(reason({ cola: ['WITHDRAWN_BY_STAFF'] })).toBe('WITHDRAWN_BY_STAFF');
  expect(reason({ burger: ['OUT_OF_STOCK', 'WITHDRAWN_BY_STAFF'] }, burger)).toBe('WITHDRAWN_BY_STAFF');
  const ofGone = {
    ...meal,
    slots: [{ ...meal.slots[0]!, choices: [{ id: 'main/gone', item: { ...burger, removed: true } }] }],
  };
  expect(reason({ burger: ['OUT_OF_STOCK'] }, ofGone)).toBe('WITHDRAWN_BY_STAFF');
});

test('a price that begins or ends affects every entry that shows it', () => {
  const store = storeWith({
    listed: {
      bacon: [{ amount: 100, from: instant('03-05').getTime(), until: null }],
      'main/burger': [{ amount: 5, from: 0, until: instant('03-06').getTime() }],
    },
    own: { 'cola-s': [{ amount: -60, from: instant('03-07').getTime(), until: null }] },
  });
  const between = (from: string, to: string) =>
    itemsWithPriceBoundary(store, instant(from), instant(to)).map((item) => item.id);
  expect(between('03-01', '03-04')).toEqual([]);
  expect(between('03-04', '03-05')).toEqual(['burger']);
  expect(between('03-05', '03-06')).toEqual(['meal']);
  expect(between('03-04', '03-07')).toEqual(['burger', 'cola', 'meal']);
});

test('items that were sold only part of the time are told apart from items that merely changed their price', () => {
  const window = (from: string, until: string | null) => ({
    amount: 1,
    from: instant(from).getTime(),
    until: until === null ? null : instant(until).getTime(),
  });
  const store = storeWith({
    listed: {
      salad: [window('03-01', '03-05')],
      unpriced: [window('03-06', '03-07')],
      gone: [window('03-01', '03-05')],
      cola: [window('03-01', '03-05'), window('03-05', null)],
    },
    own: { coffee: [window('03-02', '03-05')] },
  });
  const between = (from: string, to: string) => itemsSoldSometimes(store, instant(from), instant(to)).sort();
  expect(between('03-02', '03-04')).toEqual([]);
  expect(between('03-04', '03-05')).toEqual(['gone', 'salad']);
  expect(between('03-05', '03-06')).toEqual(['unpriced']);
  expect(between('03-05', '03-08')).toEqual(['unpriced']);
});
