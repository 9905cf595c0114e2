import { expect, test } from 'vitest';
import { instant, storeWith, type Differences } from './fixtures/smallMenu.ts';
import { priceLine, type Line } from './priceLine.ts';
import { entryOf, sizePrice } from './storeMenu.ts';

const at = instant('03-01');
const line = (over: Partial<Line>): Line => ({ menuItemId: 'burger', sizeId: '', modifiers: [], slots: [], ...over });

function priced(over: Partial<Line>, store: Differences = {}) {
  const result = priceLine(storeWith(store), line(over), at);
  return result.kind === 'refused'
    ? `${result.problem} ${result.subject}`
    : { unitPrice: result.unitPrice, components: result.components.map((item) => item.id) };
}

const full = [
  { slotId: 'main', menuItemId: 'salad' },
  { slotId: 'drink', menuItemId: 'cola' },
];

test('a line without a size costs the price of the store for the usual size', () => {
  expect(priced({})).toEqual({ unitPrice: 500, components: ['burger'] });
  expect(priced({ menuItemId: 'cola' })).toEqual({ unitPrice: 200, components: ['cola'] });
  expect(priced({ menuItemId: 'cola', sizeId: 'cola-s' })).toEqual({ unitPrice: 150, components: ['cola'] });
  expect(priced({}, { own: { burger: [{ amount: 550, from: 0, until: null }] } })).toMatchObject({ unitPrice: 550 });
});

test('a price is never below zero, even when a surcharge is more negative than the price', () => {
  const cheap = { own: { cola: [{ amount: 40, from: 0, until: null }] } };
  expect(priced({ menuItemId: 'cola', sizeId: 'cola-s' }, cheap)).toMatchObject({ unitPrice: 0 });
  expect(sizePrice(entryOf(storeWith(cheap), storeWith(cheap).catalogue.items.get('cola')!, at)!, 'cola-s')).toBe(0);
  const dear = {
    listed: { bacon: [{ amount: -400, from: 0, until: null }], cola: [{ amount: 10, from: 0, until: null }] },
  };
  expect(priced({ modifiers: [{ modifierId: 'bacon', quantity: 2 }] }, dear)).toMatchObject({ unitPrice: 0 });
  const meal = { listed: { 'main/salad': [{ amount: -700, from: 0, until: null }] } };
  expect(priced({ menuItemId: 'meal', slots: full }, meal)).toMatchObject({ unitPrice: 0 });
});

test('the surcharges of extras are multiplied by their quantities', () => {
  expect(
    priced({
      modifiers: [
        { modifierId: 'cheese', quantity: 2 },
        { modifierId: 'bacon', quantity: 1 },
      ],
    }),
  ).toMatchObject({ unitPrice: 740 });
});

test('a combo consists of what fills its slots; a required slot with one choice fills itself, an optional one stays empty', () => {
  expect(priced({ menuItemId: 'meal', slots: [{ slotId: 'main', menuItemId: 'burger' }] })).toEqual({
    unitPrice: 680,
    components: ['burger', 'cola'],
  });
  expect(priced({ menuItemId: 'meal', slots: [...full, { slotId: 'dessert', menuItemId: 'coffee' }] })).toEqual({
    unitPrice: 650,
    components: ['salad', 'cola', 'coffee'],
  });
});

test('a combo is taxed as a whole by its own class, its drink included', () => {
  const result = priceLine(storeWith({}), line({ menuItemId: 'meal', slots: full }), at);
  if (result.kind === 'refused') throw new Error(result.problem);
  expect([result.item.taxClass, result.components.map(({ taxClass }) => taxClass)]).toEqual([
    'FOOD',
    ['FOOD', 'BEVERAGE'],
  ]);
});

test.each<[string, Partial<Line>, Differences?]>([
  ['UNKNOWN_ITEM nothing', { menuItemId: 'nothing' }],
  ['UNKNOWN_ITEM gone', { menuItemId: 'gone' }],
  ['NOT_ON_MENU The unpriced', { menuItemId: 'unpriced' }],
  ['NOT_ON_MENU Cheeseburger', {}, { listed: { burger: [{ amount: 500, from: at.getTime() + 1, until: null }] } }],
  ['UNAVAILABLE Cheeseburger', {}, { unavailable: { burger: ['OUT_OF_STOCK'] } }],
  ['UNAVAILABLE The meal', { menuItemId: 'meal', slots: full }, { unavailable: { cola: ['OUT_OF_STOCK'] } }],
  [
    'UNAVAILABLE Cheeseburger',
    { menuItemId: 'meal', slots: [{ slotId: 'main', menuItemId: 'burger' }] },
    { unavailable: { burger: ['WITHDRAWN_BY_STAFF'] } },
  ],
  ['UNKNOWN_SIZE cola-s', { sizeId: 'cola-s' }],
  ['UNKNOWN_MODIFIER oat', { modifiers: [{ modifierId: 'oat', quantity: 1 }] }],
  ['TOO_FEW_MODIFIERS Milk', { menuItemId: 'coffee' }],
  ['TOO_FEW_MODIFIERS With bacon', { modifiers: [{ modifierId: 'bacon', quantity: 0 }] }],
  ['TOO_FEW_MODIFIERS With bacon', { modifiers: [{ modifierId: 'bacon', quantity: -5 }] }],
  ['TOO_MANY_MODIFIERS With bacon', { modifiers: [{ modifierId: 'bacon', quantity: 2_000_000_000 }] }],
  [
    'TOO_MANY_MODIFIERS With bacon',
    {
      modifiers: [
        { modifierId: 'bacon', quantity: 2 },
        { modifierId: 'bacon', quantity: 1 },
      ],
    },
  ],
  [
    'TOO_MANY_MODIFIERS Extras',
    {
      modifiers: [
        { modifierId: 'bacon', quantity: 2 },
        { modifierId: 'cheese', quantity: 2 },
      ],
    },
  ],
  ['SLOT_NOT_FILLED Main', { menuItemId: 'meal', slots: [{ slotId: 'drink', menuItemId: 'cola' }] }],
  ['SLOT_CHOICE_NOT_ALLOWED Main', { menuItemId: 'meal', slots: [{ slotId: 'main', menuItemId: 'coffee' }] }],
  ['SLOT_CHOICE_NOT_ALLOWED Main', { menuItemId: 'meal', slots: [...full, { slotId: 'main', menuItemId: 'salad' }] }],
  ['SLOT_CHOICE_NOT_ALLOWED other', { menuItemId: 'meal', slots: [...full, { slotId: 'other', menuItemId: 'salad' }] }],
  ['SLOT_CHOICE_NOT_ALLOWED main', { slots: [{ slotId: 'main', menuItemId: 'salad' }] }],
])('%s', (expected, asked, store) => {
  expect(priced(asked, store)).toBe(expected);
});
