import { InventoryUpdated } from '#schema/events/inventory.ts';
import { seedIngredients } from '#schema/seed/ingredients.ts';
import { seedItems } from '#schema/seed/menuItems.ts';
import { seedModifierGroups } from '#schema/seed/modifierGroups.ts';
import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Inventory } from './context.ts';
import { decide, emptyStock } from './stockItem.ts';
import { writeStock } from './stockRows.ts';

const epoch = new Date('2025-01-01T00:00:00.000Z');
const storesAtOnce = 26;

const linesOf = <Key extends string>(key: Key, id: string, recipe: Readonly<Record<string, number>>) =>
  Object.entries(recipe).map(([ingredient, quantity]) => ({ [key]: id, ingredientId: seedId('ingredient', ingredient), quantity }) as Record<Key | 'ingredientId', string> & { quantity: number });

async function insertRecipes(domain: Inventory): Promise<void> {
  const options = { skipDuplicates: true };
  await domain.db.ingredient.createMany({ data: seedIngredients.map(({ slug, name, unit }) => ({ id: seedId('ingredient', slug), name: { ...name }, unit })), ...options });
  await domain.db.recipeLine.createMany({ data: seedItems.flatMap(({ slug, recipe }) => linesOf('menuItemId', seedId('menuItem', slug), recipe)), ...options });
  await domain.db.modifierRecipeLine.createMany({
    data: seedModifierGroups.flatMap((group) => group.modifiers).flatMap(({ slug, recipe }) => linesOf('modifierId', seedId('modifier', slug), recipe)), ...options,
  });
}

/** Each store's first delivery: facts as any other, appended in bulk and published like them. */
async function receiveFirstDeliveries(domain: Inventory, storeIds: readonly string[]): Promise<void> {
  const received = storeIds.flatMap((storeId) => seedIngredients.map((ingredient) => {
    const empty = emptyStock(storeId, seedId('ingredient', ingredient.slug), ingredient.reorderLevel);
    const decision = decide(empty, { kind: 'RECEIVE', quantity: ingredient.initialStock }, epoch);
    if (decision.problem) throw new Error(`the seeded stock of ${ingredient.slug} is not possible: ${decision.problem}`);
    return decision;
  }));
  await domain.transaction(async (tx) => {
    const known = await tx.stock.count({ where: { storeId: { in: [...storeIds] } } });
    if (known > 0) return;
    await domain.events.appendAll(tx, received.map(({ event }) => ({ expectedVersion: 0, events: [InventoryUpdated.of(event)] })), { at: epoch, actor: 'service:inventory' });
    await writeStock(tx, received.map(({ item }) => item), epoch);
  });
}

/** What everything is made of, and full store-rooms everywhere. */
export async function seed(domain: Inventory): Promise<void> {
  await insertRecipes(domain);
  for (let first = 0; first < seedStores.length; first += storesAtOnce) {
    await receiveFirstDeliveries(domain, seedStores.slice(first, first + storesAtOnce).map((store) => store.id));
  }
}
