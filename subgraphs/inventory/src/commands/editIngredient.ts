import type { Ingredient } from '#generated/inventory/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { charactersIn } from '#platform/subgraph/characters.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Inventory, InventoryTx } from '../context.ts';
import { ingredientSubject, recordIngredients } from '../ingredients.ts';

type Texts = Readonly<Record<string, string>>;

interface Edit {
  readonly idempotencyKey: string;
  readonly name: Texts | null;
  readonly unit: string | null;
}

export type NewIngredient = Edit & { readonly name: Texts; readonly unit: string };
export type IngredientEdit = Edit & { readonly ingredientId: string; readonly expectedVersion: number };

type Refusal =
  { readonly kind: 'notFound' } | { readonly kind: 'invalid'; readonly field: string; readonly message: string };
type Settled = { readonly kind: 'done' } | { readonly kind: 'changedMeanwhile'; readonly fields: readonly string[] };
type Remembered = (Settled & { readonly id: string }) | Refusal;

export type IngredientOutcome = (Settled & { readonly ingredient: Ingredient }) | Refusal;

const invalid = (field: string, message: string): Refusal => ({ kind: 'invalid', field, message });

function nameProblem(name: Texts | null, isNew: boolean): Refusal | undefined {
  if (!name) return undefined;
  if (isNew && !name['en'])
    return invalid('name', 'Give a name in English: it is shown where another language is missing.');
  return Object.values(name).some((text) => text.trim() === '' || charactersIn(text) > 200)
    ? invalid('name', 'A name has 1 to 200 characters in each language.')
    : undefined;
}

/** Runs an edit once per idempotency key, and answers with the ingredient as it is then. */
const editOnce = (
  domain: Inventory,
  principal: Principal,
  { mutation, edit: { idempotencyKey: key, ...body } }: { readonly mutation: string; readonly edit: Edit },
  work: (tx: InventoryTx, now: Date) => Promise<Remembered>,
): Promise<IngredientOutcome> => {
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const outcome = await idempotent<Remembered>(tx, { principal, mutation, key, body, now }, () => work(tx, now));
    if (outcome.kind === 'notFound' || outcome.kind === 'invalid') return outcome;
    return { ...outcome, ingredient: await tx.ingredient.findUniqueOrThrow({ where: { id: outcome.id } }) };
  });
};

/** Adds an ingredient to what stores may keep. */
export const createIngredient = (
  domain: Inventory,
  principal: Principal,
  edit: NewIngredient,
): Promise<IngredientOutcome> =>
  editOnce(domain, principal, { mutation: 'createIngredient', edit }, async (tx, now) => {
    const problem = nameProblem(edit.name, true);
    if (problem) return problem;
    const id = domain.newId();
    await tx.ingredient.create({ data: { id, name: { ...edit.name }, unit: edit.unit } });
    await recordIngredients(domain, tx, [{ id, kind: 'CREATED', version: 1, fields: [] }], now);
    return { kind: 'done', id };
  });

/** Changes an ingredient that is at the version that its editor has seen; what is null stays. */
export const changeIngredient = (
  domain: Inventory,
  principal: Principal,
  edit: IngredientEdit,
): Promise<IngredientOutcome> =>
  editOnce(domain, principal, { mutation: 'changeIngredient', edit }, async (tx, now) => {
    const { ingredientId: id, expectedVersion } = edit;
    if (!isId(id)) return { kind: 'notFound' };
    const [locked] = await tx.$queryRaw<{ version: number; unit: string; used: boolean }[]>`
      SELECT version, unit, EXISTS (SELECT FROM stock WHERE ingredient_id = i.id)
        OR EXISTS (SELECT FROM recipe_line WHERE ingredient_id = i.id)
        OR EXISTS (SELECT FROM size_recipe_line WHERE ingredient_id = i.id)
        OR EXISTS (SELECT FROM modifier_recipe_line WHERE ingredient_id = i.id) AS used
      FROM ingredient i WHERE id = ${id}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'notFound' };
    if (locked.version !== expectedVersion)
      return {
        kind: 'changedMeanwhile',
        id,
        fields: await fieldsChangedSince(tx, ingredientSubject(id), expectedVersion),
      };
    const problem = nameProblem(edit.name, false);
    if (problem) return problem;
    if (edit.unit !== null && edit.unit !== locked.unit && locked.used)
      return invalid('unit', 'Recipes or stores count this ingredient in its unit already: create another ingredient.');
    const fields = [...(edit.name ? ['name'] : []), ...(edit.unit !== null ? ['unit'] : [])];
    if (fields.length === 0) return { kind: 'done', id };
    const [{ version } = { version: 0 }] = await tx.$queryRaw<{ version: number }[]>`
      UPDATE ingredient SET name = name || ${JSON.stringify(edit.name ?? {})}::jsonb, unit = coalesce(${edit.unit}, unit),
        version = version + 1 WHERE id = ${id}::uuid RETURNING version`;
    await recordIngredients(domain, tx, [{ id, kind: 'CHANGED', version, fields }], now);
    return { kind: 'done', id };
  });
