import { expect, test } from 'vitest';
import { makeabilityChanges, type RecipeCheck } from './makeability.ts';
import { allocate, inSize, type RequiredLine } from './requirements.ts';

const items = new Map([
  [
    'burger',
    new Map([
      ['bun', 1],
      ['patty', 1],
    ]),
  ],
  [
    'double',
    new Map([
      ['bun', 1],
      ['patty', 2],
    ]),
  ],
]);
const modifiers = new Map([['extra-patty', new Map([['patty', 1]])]]);
const sizes = new Map([
  [
    inSize('large', 'double'),
    new Map([
      ['bun', 1],
      ['patty', 4],
    ]),
  ],
]);
const line = (menuItemId: string, quantity: number, modifierIds: string[] = [], sizeId = ''): RequiredLine => ({
  menuItemId,
  quantity,
  modifierIds,
  sizeId,
});
const allocated = (free: Record<string, number>, ...lines: RequiredLine[]) => {
  const { total, missing } = allocate(lines, { items, sizes, modifiers }, new Map(Object.entries(free)));
  return { total: Object.fromEntries(total), missing };
};

test('the needs of lines add up by ingredient; a modifier counts once for each item of its line', () => {
  expect(allocated({ bun: 10, patty: 10 }, line('burger', 2, ['extra-patty']), line('double', 1))).toEqual({
    total: { bun: 3, patty: 6 },
    missing: [],
  });
  expect(allocated({ bun: 10, patty: 10 }, line('burger', 1, ['extra-patty', 'extra-patty']))).toEqual({
    total: { bun: 1, patty: 3 },
    missing: [],
  });
});

test("a size uses its own recipe, or the item's when it has none", () => {
  expect(allocated({ bun: 10, patty: 10 }, line('double', 2, ['extra-patty'], 'large'))).toEqual({
    total: { bun: 2, patty: 10 },
    missing: [],
  });
  expect(allocated({ bun: 10, patty: 10 }, line('burger', 2, [], 'large'))).toEqual({
    total: { bun: 2, patty: 2 },
    missing: [],
  });
});

test('a line that cannot be made leaves the stock to the lines after it', () => {
  expect(allocated({ bun: 3, patty: 3 }, line('burger', 1), line('double', 2), line('burger', 2))).toEqual({
    total: { bun: 3, patty: 3 },
    missing: ['double'],
  });
  expect(allocated({ bun: 3 }, line('burger', 1), line('burger', 1)).missing).toEqual(['burger']);
});

test('the last one can be sold; an item without a recipe needs nothing', () => {
  expect(allocated({ bun: 1, patty: 1 }, line('burger', 1), line('water', 99))).toEqual({
    total: { bun: 1, patty: 1 },
    missing: [],
  });
});

const check = (menuItemId: string, ingredientId: string, over: Partial<RecipeCheck> = {}): RecipeCheck => ({
  menuItemId,
  ingredientId,
  enough: true,
  short: false,
  moved: false,
  ...over,
});

test('an item cannot be made from its first missing ingredient on, until the last one is back', () => {
  expect(
    makeabilityChanges([check('burger', 'bun'), check('burger', 'patty', { enough: false, moved: true })]),
  ).toEqual([{ menuItemId: 'burger', makeable: false, ingredientId: 'patty' }]);
  expect(
    makeabilityChanges([
      check('burger', 'bun', { short: true, moved: true }),
      check('burger', 'patty', { short: true }),
    ]),
  ).toEqual([{ menuItemId: 'burger', makeable: true, ingredientId: 'bun' }]);
});

test('a state that was announced before is not announced again', () => {
  expect(makeabilityChanges([check('burger', 'bun', { moved: true })])).toEqual([]);
  expect(
    makeabilityChanges([
      check('burger', 'bun', { short: true, moved: true }),
      check('burger', 'patty', { short: true, enough: false }),
    ]),
  ).toEqual([]);
});
