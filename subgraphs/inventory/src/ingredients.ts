import type { SqlTx } from '#platform/events/sqlTx.ts';
import { recordEdits } from '#platform/subgraph/edits.ts';
import { InventoryIngredientChanged } from '#schema/events/inventory.ts';
import type { Inventory } from './context.ts';

export interface IngredientChange {
  readonly id: string;
  readonly kind: 'CREATED' | 'CHANGED';
  /** The version that it has since then. */
  readonly version: number;
  readonly fields: readonly string[];
}

/** The name under which the changes of an ingredient are remembered. */
export const ingredientSubject = (id: string): string => `INGREDIENT:${id}`;

/** Remembers that ingredients are new or changed, and tells of it. */
export async function recordIngredients(
  domain: Inventory,
  tx: SqlTx,
  changes: readonly IngredientChange[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  await recordEdits(
    tx,
    changes.map(({ id, version, fields }) => ({ subject: ingredientSubject(id), version, fields })),
    at,
  );
  await domain.events.appendAll(
    tx,
    changes.map(({ id, kind }) => ({
      expectedVersion: null,
      events: [InventoryIngredientChanged.of({ ingredientId: id, kind, at: at.toISOString() })],
    })),
  );
}
