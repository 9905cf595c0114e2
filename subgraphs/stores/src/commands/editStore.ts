import { isDeepStrictEqual } from 'node:util';
import type { Prisma, PrismaClient } from '#generated/stores/prisma/client.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { TransactionOf } from '#platform/domain/domain.ts';
import { fieldsChangedSince, recordEdits } from '#platform/subgraph/edits.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Stores } from '../context.ts';
import { mayManage } from '../ownership.ts';
import { withDays, type StoreRow } from '../store.ts';

/** What every edit of a store says besides what it changes. */
export interface StoreEdit {
  /** Null for an edit that does no harm when it is repeated. */
  readonly idempotencyKey: string | null;
  readonly storeId: string;
  /** The version that whoever edits has seen; null for an edit that holds whatever others did meanwhile. */
  readonly expectedVersion: number | null;
}

export interface InputProblem {
  readonly field: string;
  readonly message: string;
}

/** Somebody else was faster and changed these fields; nothing was changed by this edit. */
interface ChangedMeanwhile {
  readonly kind: 'changedMeanwhile';
  readonly fields: readonly string[];
}

export type EditOutcome =
  | (({ readonly kind: 'done' } | ChangedMeanwhile) & { readonly store: StoreRow })
  | { readonly kind: 'notFound' }
  | ({ readonly kind: 'invalid' } & InputProblem);

interface Change {
  readonly mutation: string;
  /** What is asked for, for the idempotency key. */
  readonly body: unknown;
  /** What is wrong with it for the store as it is. */
  readonly problem: (store: StoreRow, now: Date) => InputProblem | undefined;
  readonly data: Prisma.StoreUpdateInput;
  /** Writes what is not in the row of the store, and tells the names of the fields that it thereby changes. */
  readonly besides?: {
    readonly fields: readonly string[];
    /** Whether there is anything to write: a store that stays as it is keeps its version. */
    readonly differs: (store: StoreRow) => boolean;
    readonly write: (tx: TransactionOf<PrismaClient>) => unknown;
  };
  /** What is told of it. A store that it leaves as it is tells nothing. */
  readonly event: (at: string) => NewEvent;
}

type Remembered =
  | { readonly kind: 'done' }
  | ChangedMeanwhile
  | { readonly kind: 'notFound' }
  | ({ readonly kind: 'invalid' } & InputProblem);

const closed = {
  kind: 'invalid',
  field: 'storeId',
  message: 'This store is closed for good: open another one.',
} as const;

/** Changes a store that is at the version that its editor has seen, once per idempotency key, and tells of it. */
export async function editStore(
  domain: Stores,
  principal: Principal,
  { idempotencyKey: key, storeId, expectedVersion }: StoreEdit,
  change: Change,
): Promise<EditOutcome> {
  if (!mayManage(principal, storeId)) return { kind: 'notFound' };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const read = (): Promise<StoreRow> => tx.store.findUniqueOrThrow({ where: { id: storeId }, include: withDays });
    const work = async (): Promise<Remembered> => {
      const [locked] = await tx.$queryRaw<
        { version: number; closed: boolean }[]
      >`SELECT version, closed_at IS NOT NULL AS closed FROM store WHERE id = ${storeId}::uuid FOR UPDATE`;
      if (!locked) return { kind: 'notFound' };
      if (locked.closed) return closed;
      if (expectedVersion !== null && locked.version !== expectedVersion)
        return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, subjectOf(storeId), expectedVersion) };
      const store = await read();
      const wrong = change.problem(store, now);
      if (wrong) return { kind: 'invalid', ...wrong };
      await write(domain, tx, store, change, now);
      return { kind: 'done' };
    };
    const { mutation, body } = change;
    const outcome = await (key === null
      ? work()
      : idempotent<Remembered>(tx, { principal, mutation, key, body, now }, work));
    if (outcome.kind === 'invalid' || outcome.kind === 'notFound') return outcome;
    return { ...outcome, store: await read() };
  });
}

const subjectOf = (storeId: string): string => `STORE:${storeId}`;

async function write(
  domain: Stores,
  tx: TransactionOf<PrismaClient>,
  store: StoreRow,
  { data, besides, event }: Change,
  now: Date,
): Promise<void> {
  const differing = Object.entries(data).flatMap(([field, value]) =>
    isDeepStrictEqual(value, store[field as keyof StoreRow]) ? [] : [field],
  );
  // A version more would tell whoever has the form open that somebody changed something.
  const beside = besides?.differs(store) ? besides : undefined;
  if (differing.length === 0 && !beside) return;
  await beside?.write(tx);
  const { version } = await tx.store.update({
    where: { id: store.id },
    data: { ...data, version: { increment: 1 } },
    select: { version: true },
  });
  const fields = [...differing, ...(beside?.fields ?? [])];
  await recordEdits(tx, [{ subject: subjectOf(store.id), version, fields }], now);
  await domain.events.append(tx, null, [event(now.toISOString())]);
}
