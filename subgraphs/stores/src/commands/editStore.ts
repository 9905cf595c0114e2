import type { Prisma } from '#generated/stores/prisma/client.ts';
import type { NewEvent } from '#platform/events/defineEvent.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import type { Stores } from '../context.ts';
import { mayManage } from '../ownership.ts';
import type { StoreRow } from '../store.ts';

/** What every edit of a store says besides what it changes. */
export interface StoreEdit {
  readonly idempotencyKey: string;
  readonly storeId: string;
  /** The version that whoever edits has seen. */
  readonly expectedVersion: number;
}

export interface InputProblem {
  readonly field: string;
  readonly message: string;
}

export type EditOutcome =
  /** `changedMeanwhile`: somebody else was faster; nothing was changed, and this is what holds now. */
  | { readonly kind: 'done' | 'changedMeanwhile'; readonly store: StoreRow }
  | { readonly kind: 'notFound' }
  | ({ readonly kind: 'invalid' } & InputProblem);

interface Change {
  readonly mutation: string;
  /** What is asked for, for the idempotency key. */
  readonly body: unknown;
  /** What is wrong with it for the store as it is. */
  readonly problem: (store: StoreRow) => InputProblem | undefined;
  readonly data: Prisma.StoreUpdateInput;
  readonly event: (at: string) => NewEvent;
}

type Remembered =
  | { readonly kind: 'done' | 'changedMeanwhile' }
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
  { mutation, body, problem, data, event }: Change,
): Promise<EditOutcome> {
  if (!mayManage(principal, storeId)) return { kind: 'notFound' };
  const now = domain.clock();
  return domain.transaction(async (tx) => {
    const read = (): Promise<StoreRow> =>
      tx.store.findUniqueOrThrow({ where: { id: storeId }, include: { exceptions: true } });
    const outcome = await idempotent<Remembered>(tx, { principal, mutation, key, body, now }, async () => {
      const [locked] = await tx.$queryRaw<
        { version: number; closed: boolean }[]
      >`SELECT version, closed_at IS NOT NULL AS closed FROM store WHERE id = ${storeId}::uuid FOR UPDATE`;
      if (!locked) return { kind: 'notFound' };
      if (locked.closed) return closed;
      if (locked.version !== expectedVersion) return { kind: 'changedMeanwhile' };
      const wrong = problem(await read());
      if (wrong) return { kind: 'invalid', ...wrong };
      await tx.store.update({ where: { id: storeId }, data: { ...data, version: { increment: 1 } } });
      await domain.events.append(tx, null, [event(now.toISOString())]);
      return { kind: 'done' };
    });
    if (outcome.kind === 'invalid' || outcome.kind === 'notFound') return outcome;
    return { kind: outcome.kind, store: await read() };
  });
}
