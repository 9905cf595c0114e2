import type { EditOutcome } from '../commands/editStore.ts';
import { storeNotFound } from './storeNotFound.ts';

/** What the mutations that edit a store answer with; `success` is the type for an edit that was made. */
export function editResult<Success extends string>(outcome: EditOutcome, success: Success) {
  switch (outcome.kind) {
    case 'done':
      return { __typename: success, store: outcome.store };
    case 'changedMeanwhile':
      return {
        __typename: 'StoreChangedMeanwhile' as const,
        message: `Somebody changed the store: it is at version ${outcome.store.version}. Look at it, and edit that.`,
        store: outcome.store,
      };
    case 'invalid':
      return { __typename: 'StoreInputProblem' as const, field: outcome.field, message: outcome.message };
    case 'notFound':
      return storeNotFound;
  }
}
