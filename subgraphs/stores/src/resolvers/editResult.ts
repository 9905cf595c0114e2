import type { EditOutcome, StoreEdit } from '../commands/editStore.ts';
import { storeNotFound } from './storeNotFound.ts';

/** The fields of the graph that show columns of another name. */
const shownAs: Readonly<Record<string, string>> = {
  week: 'openingHours',
  latitude: 'position',
  longitude: 'position',
  street: 'address',
  city: 'address',
  postalCode: 'address',
  accepting: 'acceptingOrders',
  taxInclusive: 'taxRegime',
  taxRounding: 'taxRegime',
  taxRates: 'taxRegime',
};
const fieldName = (column: string): string => shownAs[column] ?? column;

/** What the mutations that edit a store answer with; `success` is the type for an edit that was made. */
export function editResult<Success extends string>(outcome: EditOutcome, success: Success) {
  switch (outcome.kind) {
    case 'done':
      return { __typename: success, store: outcome.store };
    case 'changedMeanwhile':
      return {
        __typename: 'StoreChangedMeanwhile' as const,
        message: `Somebody changed the store: it is at version ${outcome.store.version}. Look at it, and edit that.`,
        changedFields: [...new Set(outcome.fields.map(fieldName))].sort(),
        store: outcome.store,
      };
    case 'invalid':
      return { __typename: 'StoreInputProblem' as const, field: outcome.field, message: outcome.message };
    case 'notFound':
      return storeNotFound;
  }
}

/** What an edit says besides what it changes, of a mutation that needs neither key nor version. */
export const editOf = ({
  storeId,
  idempotencyKey,
  expectedVersion,
}: {
  readonly storeId: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
}): StoreEdit => ({ storeId, idempotencyKey: idempotencyKey ?? null, expectedVersion: expectedVersion ?? null });
