import type { MenuDraftResolvers, MenuDraftState, MenuEditKind } from '#generated/menu/resolvers.ts';
import { draftProblem } from './draftResult.ts';

export const MenuDraft: MenuDraftResolvers = {
  state: ({ state }) => state as MenuDraftState,
  publishAt: ({ publishAt }) => publishAt?.toISOString() ?? null,
  edits: ({ edits }) =>
    edits.map((edit) => ({
      kind: edit.kind as MenuEditKind,
      id: edit.kind === 'PRICE' ? edit.fields.subjectId : edit.id,
      creates: edit.kind !== 'PRICE' && Boolean(edit.create),
      fields: Object.entries(edit.fields).flatMap(([field, value]) =>
        value === null || (Array.isArray(value) && value.length === 0 && edit.kind === 'PRICE') ? [] : [field],
      ),
    })),
  problem: ({ state, problem }) => (state === 'FAILED' && problem ? draftProblem(problem) : null),
};
