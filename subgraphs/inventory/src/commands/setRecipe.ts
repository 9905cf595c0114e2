import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Refusal, type Settled } from '#platform/subgraph/editOnce.ts';
import { announceAtAllStores } from '../announceMakeability.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import {
  placeOf,
  readRecipe,
  recipeSubject,
  recordRecipes,
  type RecipeLineView,
  type RecipeOf,
  type RecipeView,
} from '../recipes.ts';

export interface SetRecipe {
  readonly idempotencyKey: string;
  readonly of: RecipeOf;
  readonly expectedVersion: number;
  readonly lines: readonly RecipeLineView[];
}

export type RecipeOutcome = EditOutcome<{ readonly recipe: RecipeView }>;

const mostLines = 100;
const mostQuantity = chainLimits.quantity;

function linesProblem(lines: readonly RecipeLineView[]): Refusal | undefined {
  if (lines.length > mostLines) return invalid('lines', `A recipe has at most ${mostLines} ingredients.`);
  if (new Set(lines.map(({ ingredientId }) => ingredientId)).size < lines.length)
    return invalid('lines', 'Give each ingredient once.');
  return lines.some(({ quantity }) => quantity < 1 || quantity > mostQuantity)
    ? invalid('lines', `A quantity lies between 1 and ${mostQuantity}.`)
    : undefined;
}

const isSame = (before: readonly RecipeLineView[], lines: readonly RecipeLineView[]): boolean =>
  before.length === lines.length &&
  lines.every((line) =>
    before.some(({ ingredientId, quantity }) => ingredientId === line.ingredientId && quantity === line.quantity),
  );

/** Locks a recipe, whether or not it was ever changed, and reads it. */
async function lockRecipe(tx: SqlTx, of: RecipeOf): Promise<RecipeView> {
  await tx.$queryRawUnsafe('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', recipeSubject(of));
  return (await readRecipe(tx, of))!;
}

async function writeLines(
  tx: SqlTx,
  { table, owner }: NonNullable<ReturnType<typeof placeOf>>,
  lines: readonly RecipeLineView[],
): Promise<void> {
  const columns = Object.keys(owner);
  const values = Object.values(owner);
  await tx.$executeRawUnsafe(
    `DELETE FROM ${table} WHERE ${columns.map((column, index) => `${column} = $${index + 1}::uuid`).join(' AND ')}`,
    ...values,
  );
  await tx.$executeRawUnsafe(
    `INSERT INTO ${table} (ingredient_id, quantity, ${columns.join(', ')})
     SELECT told.*, ${columns.map((_, index) => `$${index + 3}::uuid`).join(', ')} FROM unnest($1::uuid[], $2::int[]) AS told`,
    lines.map(({ ingredientId }) => ingredientId),
    lines.map(({ quantity }) => quantity),
    ...values,
  );
}

/**
 * Replaces a recipe that is at the version that its editor has seen, once per idempotency key, and tells what stores
 * can thereby make, or no longer. What orders hold was reserved by the recipe of that time, and stays so.
 */
export async function setRecipe(domain: Inventory, principal: Principal, command: SetRecipe): Promise<RecipeOutcome> {
  const { idempotencyKey: key, ...body } = command;
  const { of, expectedVersion, lines } = body;
  const place = placeOf(of);
  if (!place) return invalid('of', 'Name either an item, perhaps with a size, or an extra.');
  const edit = async (tx: InventoryTx, now: Date): Promise<Settled | Refusal> => {
    const before = await lockRecipe(tx, of);
    if (before.version !== expectedVersion)
      return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, recipeSubject(of), expectedVersion) };
    const problem = linesProblem(lines);
    if (problem) return problem;
    const ids = lines.map(({ ingredientId }) => ingredientId);
    const known = ids.every(isId) ? await tx.ingredient.count({ where: { id: { in: ids } } }) : 0;
    if (known < ids.length) return { kind: 'notFound' };
    if (isSame(before.lines, lines)) return { kind: 'done' };
    await writeLines(tx, place, lines);
    await recordRecipes(domain, tx, [of], now);
    if (place.table === 'recipe_line')
      await announceAtAllStores(domain, tx, [of.menuItemId!], before.lines[0]?.ingredientId ?? null);
    return { kind: 'done' };
  };
  return editOnce(domain, { principal, mutation: 'setRecipe', key, body }, edit, async (tx) => ({
    recipe: (await readRecipe(tx, of))!,
  }));
}
