import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { MenuDomain } from '../context.ts';
import { makeEdits, tryEdits } from '../editing/makeEdits.ts';
import { changeDraft, lockDraft } from '../editing/menuDraft.ts';
import { invalid, type EditRefusal, type MenuEdit } from '../editing/menuEdit.ts';

export interface AskedEdit {
  readonly mutation: string;
  /** Null for a mutation that may be repeated without one. */
  readonly idempotencyKey: string | null;
  /** What is asked for, for the idempotency key. */
  readonly body: unknown;
  /** The draft that keeps the edit; null to make it at once. */
  readonly draftId: string | null;
  readonly edit: MenuEdit;
  /** What is wrong with the edit at the instant at which it is asked for, whenever it is published. */
  readonly problem?: (now: Date) => EditRefusal | undefined;
}

export type MenuEditOutcome =
  /** The edit of the thing with this id was made, or kept in the draft. */
  { readonly kind: 'done' | 'drafted'; readonly id: string; readonly at: string } | EditRefusal;

const mostEdits = 200;

const noSuchDraft = invalid('draftId', 'There is no open draft with this id. Look for another one, or create it.');

async function addToDraft(
  domain: MenuDomain,
  tx: SqlTx,
  draftId: string,
  edit: MenuEdit,
  now: Date,
): Promise<EditRefusal | undefined> {
  const draft = await lockDraft(tx, draftId);
  if (draft?.state !== 'OPEN') return noSuchDraft;
  if (draft.edits.length >= mostEdits) return invalid('draftId', `A draft has at most ${mostEdits} edits.`);
  const edits = [...draft.edits, edit];
  const refused = await tryEdits(domain, tx, edits, now);
  if (refused && refused.index < draft.edits.length)
    return invalid('draftId', `Edit ${refused.index + 1} of this draft cannot be made any more: discard the draft.`);
  if (refused) return refused.refusal;
  await changeDraft(tx, draftId, { edits }, now);
  return undefined;
}

/** Makes one edit of the menu, or keeps it in a draft, once per idempotency key. */
export async function editMenu(domain: MenuDomain, principal: Principal, asked: AskedEdit): Promise<MenuEditOutcome> {
  const { mutation, idempotencyKey: key, body, draftId, edit, problem } = asked;
  const now = domain.clock();
  return domain.transaction((tx) => {
    const work = async (): Promise<MenuEditOutcome> => {
      const refusal =
        problem?.(now) ??
        (draftId === null
          ? (await makeEdits(domain, tx, [edit], now))?.refusal
          : await addToDraft(domain, tx, draftId, edit, now));
      return refusal ?? { kind: draftId === null ? 'done' : 'drafted', id: edit.id, at: now.toISOString() };
    };
    return key === null ? work() : idempotent<MenuEditOutcome>(tx, { principal, mutation, key, body, now }, work);
  });
}
