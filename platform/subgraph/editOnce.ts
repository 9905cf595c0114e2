import type { Domain, TransactionOf } from '#platform/domain/domain.ts';
import { idempotent, type IdempotentRequest } from './idempotency.ts';

/** Why an edit was refused: there is no such thing, or a field of the input is wrong. */
export type Refusal =
  { readonly kind: 'notFound' } | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** What became of an edit that was not refused: it was made, or others had changed these fields before. */
export type Settled =
  { readonly kind: 'done' } | { readonly kind: 'changedMeanwhile'; readonly fields: readonly string[] };

/** What an edit answers. `Thing` is the thing as it is after the edit, under its name. */
export type EditOutcome<Thing extends object, No extends Refusal = Refusal> = (Settled & Thing) | No;

export type Invalid = ReturnType<typeof invalid>;

export const invalid = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;

/**
 * Makes an edit in a transaction, once per principal, mutation and idempotency key, and answers with the thing as it is
 * then. A repetition gets the outcome of the first time, but the thing as it is at the time of the repetition.
 * @param edit makes the edit; what it returns is stored with the key, so it must be JSON data
 * @param read reads the thing after an edit that was not refused
 */
export function editOnce<Db, Thing extends object, Outcome extends Settled | Refusal>(
  domain: Domain<Db>,
  request: Omit<IdempotentRequest, 'now'>,
  edit: (tx: TransactionOf<Db>, now: Date) => Promise<Outcome>,
  read: (tx: TransactionOf<Db>, made: Extract<Outcome, Settled>) => Promise<Thing>,
): Promise<(Extract<Outcome, Settled> & Thing) | Extract<Outcome, Refusal>> {
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    // The tables of idempotency lie in every domain's database, outside what Prisma has modelled.
    const sql = tx as unknown as Parameters<typeof idempotent>[0];
    const outcome = await idempotent<Outcome>(sql, { ...request, now }, () => edit(tx, now));
    if (outcome.kind === 'notFound' || outcome.kind === 'invalid') return outcome as Extract<Outcome, Refusal>;
    const made = outcome as Extract<Outcome, Settled>;
    return { ...made, ...(await read(tx, made)) };
  });
}
