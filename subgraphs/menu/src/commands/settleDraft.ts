import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { MenuDomain } from '../context.ts';
import { makeEdits, type Refused } from '../editing/makeEdits.ts';
import { changeDraft, lockDraft, type MenuDraft } from '../editing/menuDraft.ts';

interface DraftEdit {
  readonly idempotencyKey: string;
  readonly draftId: string;
  /** The version of the draft that was seen. */
  readonly expectedVersion: number;
}

export type DraftOutcome =
  | { readonly kind: 'done' | 'changedMeanwhile'; readonly draftId: string }
  | ({ readonly kind: 'refused'; readonly draftId: string } & Refused)
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** Begins a draft, to which edits of the menu can be added until it is published or discarded. */
export async function createMenuDraft(
  domain: MenuDomain,
  principal: Principal,
  { idempotencyKey: key, name }: { readonly idempotencyKey: string; readonly name: string },
): Promise<DraftOutcome> {
  const now = domain.clock();
  const unfit = textProblem(name, 100);
  if (unfit) return { kind: 'invalid', field: 'name', message: unfit };
  return domain.transaction((tx) =>
    idempotent<DraftOutcome>(tx, { principal, mutation: 'createMenuDraft', key, body: { name }, now }, async () => {
      const draftId = domain.newId();
      await tx.menuDraft.create({ data: { id: draftId, name, state: 'OPEN', version: 1, edits: [], changedAt: now } });
      return { kind: 'done', draftId };
    }),
  );
}

/** Does something to a draft that is as it was seen and waits to be published. */
async function settle(
  domain: MenuDomain,
  principal: Principal,
  { idempotencyKey: key, draftId, expectedVersion }: DraftEdit,
  mutation: string,
  work: (tx: SqlTx, draft: MenuDraft, now: Date) => Promise<DraftOutcome>,
  body: unknown,
): Promise<DraftOutcome> {
  const now = domain.clock();
  return domain.transaction((tx) =>
    idempotent<DraftOutcome>(tx, { principal, mutation, key, body, now }, async () => {
      const draft = await lockDraft(tx, draftId);
      if (!draft || draft.state === 'PUBLISHED' || draft.state === 'DISCARDED') return { kind: 'notFound' };
      if (draft.version !== expectedVersion) return { kind: 'changedMeanwhile', draftId };
      return work(tx, draft, now);
    }),
  );
}

export const discardMenuDraft = (domain: MenuDomain, principal: Principal, edit: DraftEdit): Promise<DraftOutcome> =>
  settle(
    domain,
    principal,
    edit,
    'discardMenuDraft',
    async (tx, draft, now) => {
      await changeDraft(tx, draft.id, { state: 'DISCARDED' }, now);
      return { kind: 'done', draftId: draft.id };
    },
    edit,
  );

/** Publishes a draft at once, or has it published at an instant that lies ahead. */
export const publishMenuDraft = (
  domain: MenuDomain,
  principal: Principal,
  { at, ...edit }: DraftEdit & { readonly at: string | null },
): Promise<DraftOutcome> =>
  settle(
    domain,
    principal,
    edit,
    'publishMenuDraft',
    async (tx, draft, now) => {
      if (at !== null && Date.parse(at) > now.getTime()) {
        await changeDraft(tx, draft.id, { state: 'SCHEDULED', publishAt: at }, now);
        return { kind: 'done', draftId: draft.id };
      }
      const refused = await publish(domain, tx, draft, now);
      return refused ? { kind: 'refused', draftId: draft.id, ...refused } : { kind: 'done', draftId: draft.id };
    },
    { ...edit, at },
  );

async function publish(domain: MenuDomain, tx: SqlTx, draft: MenuDraft, now: Date): Promise<Refused | undefined> {
  const refused = await makeEdits(domain, tx, draft.edits, now);
  if (!refused) await changeDraft(tx, draft.id, { state: 'PUBLISHED' }, now);
  return refused;
}

/**
 * Publishes the drafts whose instant has come, each in a transaction of its own. One that cannot be published any more
 * is marked as failed, with the edit that was refused, and stays for its author.
 */
export async function publishDueDrafts(domain: MenuDomain): Promise<void> {
  const due = await domain.db.menuDraft.findMany({
    where: { state: 'SCHEDULED', publishAt: { lte: domain.clock() } },
    orderBy: { publishAt: 'asc' },
    select: { id: true },
  });
  for (const { id } of due)
    await domain.transaction(async (tx) => {
      const draft = await lockDraft(tx, id);
      const now = domain.clock();
      if (draft?.state !== 'SCHEDULED' || !draft.publishAt || draft.publishAt > now) return;
      const problem = await publish(domain, tx, draft, now);
      if (problem) await changeDraft(tx, id, { state: 'FAILED', problem }, now);
    });
}
