import type { Context } from '../context.ts';
import type { DraftOutcome } from '../commands/settleDraft.ts';
import { readDraft } from '../editing/menuDraft.ts';
import type { Refused } from '../editing/makeEdits.ts';
import { refusalMessage } from './editResult.ts';

/** The edit that keeps a draft from being published. */
export const draftProblem = ({ index, refusal }: Refused) => ({
  edit: index,
  message: refusalMessage(refusal),
  changedFields: refusal.kind === 'changedMeanwhile' ? [...refusal.fields] : [],
});

/** What the mutations of drafts answer with. */
export async function draftResult({ domain }: Context, outcome: DraftOutcome) {
  if (outcome.kind === 'invalid')
    return { __typename: 'MenuInputProblem' as const, field: outcome.field, message: outcome.message };
  const draft = outcome.kind === 'notFound' ? null : await readDraft(domain.db, outcome.draftId);
  if (outcome.kind === 'notFound' || !draft)
    return {
      __typename: 'MenuDraftNotFound' as const,
      message: 'No draft that waits to be published has this id. Look at the list of drafts.',
    };
  if (outcome.kind === 'done') return { __typename: 'MenuDraftSaved' as const, draft };
  if (outcome.kind === 'refused')
    return { __typename: 'MenuDraftRefused' as const, draft, problem: draftProblem(outcome) };
  return {
    __typename: 'MenuDraftChangedMeanwhile' as const,
    message: `Somebody changed the draft: it is at version ${draft.version}. Look at its edits, and publish that.`,
    draft,
  };
}
