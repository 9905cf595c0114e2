import { StoreOrderingChanged } from '#schema/events/stores.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import type { Stores } from '../context.ts';
import { editStore, type EditOutcome, type StoreEdit } from './editStore.ts';

const unfit = { field: 'reason', message: 'Give a reason of 1 to 200 characters: guests will read it.' };

/**
 * Pauses ordering at a store when a reason is given, resumes it when the reason is null. Repeating it appends no
 * second event; another reason does, since guests read it.
 */
export async function setOrdering(
  domain: Stores,
  principal: Principal,
  edit: StoreEdit,
  pauseReason: string | null,
): Promise<EditOutcome> {
  const { storeId } = edit;
  const accepting = pauseReason === null;
  return editStore(domain, principal, edit, {
    mutation: accepting ? 'resumeOrdering' : 'pauseOrdering',
    body: { edit, pauseReason },
    problem: () => (pauseReason !== null && textProblem(pauseReason, 200) !== undefined ? unfit : undefined),
    data: { accepting, pauseReason },
    event: (at) => StoreOrderingChanged.of({ storeId, accepting, reason: pauseReason, at }),
  });
}
