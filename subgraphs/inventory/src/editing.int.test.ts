import { beforeAll, describe, expect, it } from 'vitest';
import { InventoryQueryService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import { principalWith, testSubgraph, type TestSubgraph } from '#platform/testkit/testSubgraph.ts';
import type { Inventory } from './context.ts';
import main from './main.ts';

const admin = principalWith(['admin'], { subject: 'admin', roles: ['admin'] });
const manager = (store: string) =>
  principalWith(['stock:read', 'stock:write'], { roles: ['manager'], bindings: { store } });
const ingredient = (slug: string) => seedId('ingredient', slug);
const item = (slug: string) => seedId('menuItem', slug);

let inventory: TestSubgraph<Inventory>;
beforeAll(async () => {
  inventory = await testSubgraph<Inventory>(main, { seed: true });
});

const selection = `__typename
  ... on IngredientEdited { ingredient { id name unit version } }
  ... on IngredientChangedMeanwhile { changedFields ingredient { version name } }
  ... on RecipeSet { recipe { version lines { quantity ingredient { id } } } }
  ... on RecipeChangedMeanwhile { changedFields recipe { version } }
  ... on StockChangeSuccess { stock { onHand reorderLevel version low } }
  ... on StockItemChangedMeanwhile { changedFields stockItem { reorderLevel version } }
  ... on StockInputProblem { field }`;
interface Answer {
  readonly __typename: string;
  readonly ingredient?: { readonly id: string };
}
const typesOf: Readonly<Record<string, readonly string[]>> = {
  createIngredient: ['IngredientEdited', 'IngredientChangedMeanwhile', 'StockInputProblem'],
  changeIngredient: ['IngredientEdited', 'IngredientChangedMeanwhile', 'StockInputProblem'],
  setRecipe: ['RecipeSet', 'RecipeChangedMeanwhile', 'StockInputProblem'],
  setReorderLevel: ['StockChangeSuccess', 'StockItemChangedMeanwhile', 'StockInputProblem'],
  receiveStock: ['StockChangeSuccess', 'StockInputProblem'],
  adjustStock: ['StockChangeSuccess', 'StockInputProblem'],
};
let keys = 0;
async function run(mutation: string, input: object, who = admin): Promise<Answer> {
  const lines = selection
    .split('\n')
    .filter((line) => !line.includes('... on') || typesOf[mutation]!.some((type) => line.includes(`on ${type} `)));
  const { data, errors } = await inventory.as(who)(
    `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) {
      ${mutation}(input: $input) { ${lines.join('\n')} } }`,
    { input: { idempotencyKey: `key-${(keys += 1)}`, ...input } },
  );
  if (errors) return { __typename: String(errors[0]?.extensions?.['code'] ?? errors[0]?.message) };
  return (data as Record<string, Answer>)[mutation]!;
}
const english = (text: string) => [{ locale: 'EN', text }];
const events = async (type: string) =>
  (
    await inventory.domain.pool.query<{ data: object }>(
      'SELECT data FROM platform.event WHERE type = $1 ORDER BY position',
      [type],
    )
  ).rows.map(({ data }) => data);
const move = (storeId: string, slug: string, quantity: number) =>
  run('adjustStock', { storeId, ingredientId: ingredient(slug), quantity, reason: 'COUNTED' });
const onHand = async (storeId: string, slug: string) =>
  (
    await inventory.domain.db.stock.findUniqueOrThrow({
      where: { storeId_ingredientId: { storeId, ingredientId: ingredient(slug) } },
    })
  ).onHand;

describe('an ingredient', () => {
  it('is created once for a key and changed by who has seen it; a stale change learns what others changed', async () => {
    const asked = { idempotencyKey: 'halloumi', name: english('Halloumi'), unit: 'PIECE' };
    const first = await run('createIngredient', asked);
    expect(first).toMatchObject({ __typename: 'IngredientEdited', ingredient: { version: 1, name: 'Halloumi' } });
    expect(await run('createIngredient', asked)).toEqual(first);
    const ingredientId = first.ingredient!.id;
    expect(
      await run('changeIngredient', {
        ingredientId,
        expectedVersion: 1,
        name: english('Grilling cheese'),
        unit: 'GRAM',
      }),
    ).toMatchObject({ ingredient: { version: 2, unit: 'GRAM' } });
    expect(await run('changeIngredient', { ingredientId, expectedVersion: 1, unit: 'PIECE' })).toEqual({
      __typename: 'IngredientChangedMeanwhile',
      changedFields: ['name', 'unit'],
      ingredient: { version: 2, name: 'Grilling cheese' },
    });
    expect(
      await run('changeIngredient', {
        ingredientId,
        expectedVersion: 2,
        name: english('Grilling cheese'),
        unit: 'GRAM',
      }),
    ).toMatchObject({ ingredient: { version: 2 } });
    expect(await events('InventoryIngredientChanged')).toMatchObject([
      { ingredientId, kind: 'CREATED' },
      { ingredientId, kind: 'CHANGED' },
    ]);
    const { data } = await inventory.as(admin)('{ ingredients(first: 100) { edges { node { name } } } }');
    expect(JSON.stringify(data)).toContain('Grilling cheese');
  });

  it('keeps its unit once it is counted, needs an English name, and is for admins', async () => {
    const bun = { ingredientId: ingredient('bun'), expectedVersion: 1 };
    expect(await run('changeIngredient', { ...bun, unit: 'GRAM' })).toMatchObject({ field: 'unit' });
    expect(await run('createIngredient', { name: [{ locale: 'DE', text: 'Salz' }], unit: 'GRAM' })).toMatchObject({
      field: 'name',
    });
    expect((await run('changeIngredient', { ...bun, ingredientId: seedId('nothing', 'x') })).__typename).toBe(
      'IngredientNotFound',
    );
    expect((await run('changeIngredient', bun, manager(seedStores[0]!.id))).__typename).toBe('FORBIDDEN');
  });
});

describe('a recipe', () => {
  const setRecipe = (expectedVersion: number, of: object, lines: object) =>
    run('setRecipe', { of, expectedVersion, lines });

  it('that needs what a store lacks sells the item out there, and one that needs it no more brings it back', async () => {
    const [store, other] = [seedStores[1]!.id, seedStores[2]!.id];
    await move(store, 'bacon', -(await onHand(store, 'bacon')));
    const of = { menuItemId: item('fries') };
    const before = await inventory.domain.db.recipeLine.findMany({ where: of });
    const lines = before.map(({ ingredientId, quantity }) => ({ ingredientId, quantity }));
    const changes = async () =>
      (
        (await events('InventoryItemMakeabilityChanged')) as {
          storeId: string;
          menuItemId: string;
          makeable: boolean;
        }[]
      )
        .filter(({ menuItemId }) => menuItemId === of.menuItemId)
        .map(({ storeId, makeable }) => [storeId, makeable]);
    expect(await setRecipe(0, of, [...lines, { ingredientId: ingredient('bacon'), quantity: 1 }])).toMatchObject({
      __typename: 'RecipeSet',
      recipe: { version: 1 },
    });
    expect(await changes()).toEqual([[store, false]]);
    expect((await changes()).flat()).not.toContain(other);
    expect(await setRecipe(0, of, lines)).toMatchObject({ changedFields: ['lines'], recipe: { version: 1 } });
    expect(await setRecipe(1, of, [])).toMatchObject({ recipe: { version: 2, lines: [] } });
    expect((await changes()).at(-1)).toEqual([store, true]);
    await setRecipe(2, of, lines);
    expect(await setRecipe(3, of, lines.toReversed())).toMatchObject({ recipe: { version: 3 } });
    expect(await events('InventoryRecipeChanged')).toHaveLength(3);
  });

  it('of an extra is what it takes when an order asks for it', async () => {
    const store = seedStores[3]!.id;
    const modifierId = seedId('modifier', 'extra-cheese');
    await move(store, 'bacon', 2 - (await onHand(store, 'bacon')));
    const twice = [{ menuItemId: item('fries'), quantity: 2, modifierIds: [modifierId] }];
    const missing = async () =>
      (await inventory.client(InventoryQueryService).checkStock({ storeId: store, lines: twice })).missingLines;
    expect(await missing()).toEqual([]);
    await setRecipe(0, { modifierId }, [{ ingredientId: ingredient('bacon'), quantity: 2 }]);
    expect(await missing()).toEqual([0]);
  });

  it('is of one thing, of ingredients that exist, each once', async () => {
    const of = { menuItemId: item('fries') };
    const line = { ingredientId: ingredient('bun'), quantity: 1 };
    const version = (await inventory.domain.db.recipeVersion.findMany()).find(({ subject }) =>
      subject.includes(of.menuItemId),
    )!.version;
    expect(await setRecipe(0, { ...of, modifierId: item('fries') }, [])).toMatchObject({ field: 'of' });
    expect(await setRecipe(0, { sizeId: item('fries') }, [])).toMatchObject({ field: 'of' });
    expect(await setRecipe(version, of, [line, line])).toMatchObject({ field: 'lines' });
    expect(await setRecipe(version, of, [{ ...line, quantity: 0 }])).toMatchObject({ field: 'lines' });
    expect(await setRecipe(version, of, [{ ingredientId: item('fries'), quantity: 1 }])).toMatchObject({
      __typename: 'IngredientNotFound',
    });
  });
});

describe('a reorder level', () => {
  const reached = async (storeId: string) =>
    ((await events('InventoryReorderPointReached')) as { storeId: string; onHand: number; reorderLevel: number }[])
      .filter((event) => event.storeId === storeId)
      .map((event) => [event.onHand, event.reorderLevel]);

  it('is told once when the stock passes it, and again only after it was filled up', async () => {
    const storeId = seedStores[4]!.id;
    const key = { storeId_ingredientId: { storeId, ingredientId: ingredient('bun') } };
    const { reorderLevel: level } = await inventory.domain.db.stock.findUniqueOrThrow({ where: key });
    await move(storeId, 'bun', level - (await onHand(storeId, 'bun')));
    expect(await reached(storeId)).toEqual([]);
    await move(storeId, 'bun', -1);
    await move(storeId, 'bun', -1);
    expect(await reached(storeId)).toEqual([[level - 1, level]]);
    await move(storeId, 'bun', 2);
    await move(storeId, 'bun', -2);
    expect(await reached(storeId)).toEqual([
      [level - 1, level],
      [level - 2, level],
    ]);
  });

  it('is set by who has seen it, whatever orders moved meanwhile; the alerts follow', async () => {
    const storeId = seedStores[5]!.id;
    const mine = manager(storeId);
    const set = (expectedVersion: number, reorderLevel: number, who = mine) =>
      run('setReorderLevel', { storeId, ingredientId: ingredient('bun'), expectedVersion, reorderLevel }, who);
    const alerts = async (since: number | null) =>
      (
        await inventory.as(mine)(
          'query ($storeId: ID!, $since: Int) { stockAlerts(storeId: $storeId, since: $since) { version changed { onHand } removed } }',
          { storeId, since },
        )
      ).data!['stockAlerts'] as { version: number; changed: object[]; removed: string[] };
    const { version } = await alerts(null);
    await move(storeId, 'bun', 100 - (await onHand(storeId, 'bun')));
    expect(await set(1, 101)).toMatchObject({ stock: [{ reorderLevel: 101, version: 2, low: true }] });
    expect(await set(1, 7)).toEqual({
      __typename: 'StockItemChangedMeanwhile',
      changedFields: ['reorderLevel'],
      stockItem: { reorderLevel: 101, version: 2 },
    });
    const low = await alerts(version);
    expect(low.changed).toEqual([{ onHand: 100 }]);
    expect(await set(2, 100)).toMatchObject({ stock: [{ low: false }] });
    expect(await alerts(low.version)).toMatchObject({ changed: [], removed: [`${storeId}:${ingredient('bun')}`] });
    expect(await set(3, -1)).toMatchObject({ field: 'reorderLevel' });
    expect((await set(3, 1, manager(seedStores[6]!.id))).__typename).toBe('StockNotFound');
  });
});
