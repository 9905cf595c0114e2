import type { Ingredient } from '#generated/inventory/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Refusal, type Settled } from '#platform/subgraph/editOnce.ts';
import { chainLimits } from '#schema/chainLimits.ts';
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

type Made = Settled & { readonly id: string };

export type IngredientOutcome = EditOutcome<{ readonly ingredient: Ingredient }>;

function nameProblem(name: Texts | null, isNew: boolean): Refusal | undefined {
  if (!name) return undefined;
  if (isNew && !name['en'])
    return invalid('name', 'Give a name in English: it is shown where another language is missing.');
  const [unfit] = Object.values(name).flatMap((text) => textProblem(text, chainLimits.name) ?? []);
  return unfit === undefined ? undefined : invalid('name', unfit);
}

/** Makes an edit of one ingredient. */
const edited = (
  domain: Inventory,
  principal: Principal,
  { mutation, edit: { idempotencyKey: key, ...body } }: { readonly mutation: string; readonly edit: Edit },
  edit: (tx: InventoryTx, now: Date) => Promise<Made | Refusal>,
): Promise<IngredientOutcome> =>
  editOnce(domain, { principal, mutation, key, body }, edit, async (tx, { id }) => ({
    ingredient: await tx.ingredient.findUniqueOrThrow({ where: { id } }),
  }));

/** Adds an ingredient to what stores may keep. */
export const createIngredient = (
  domain: Inventory,
  principal: Principal,
  edit: NewIngredient,
): Promise<IngredientOutcome> =>
  edited(domain, principal, { mutation: 'createIngredient', edit }, async (tx, now) => {
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
  edited(domain, principal, { mutation: 'changeIngredient', edit }, async (tx, now) => {
    const { ingredientId: id, expectedVersion } = edit;
    if (!isId(id)) return { kind: 'notFound' };
    const [locked] = await tx.$queryRaw<{ version: number; unit: string; named: boolean; used: boolean }[]>`
      SELECT version, unit, name @> ${JSON.stringify(edit.name ?? {})}::jsonb AS named, EXISTS (SELECT FROM stock WHERE ingredient_id = i.id)
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
    const fields = [
      ...(locked.named ? [] : ['name']),
      ...(edit.unit !== null && edit.unit !== locked.unit ? ['unit'] : []),
    ];
    if (fields.length === 0) return { kind: 'done', id };
    const [{ version } = { version: 0 }] = await tx.$queryRaw<{ version: number }[]>`
      UPDATE ingredient SET name = name || ${JSON.stringify(edit.name ?? {})}::jsonb, unit = coalesce(${edit.unit}, unit),
        version = version + 1 WHERE id = ${id}::uuid RETURNING version`;
    await recordIngredients(domain, tx, [{ id, kind: 'CHANGED', version, fields }], now);
    return { kind: 'done', id };
  });
