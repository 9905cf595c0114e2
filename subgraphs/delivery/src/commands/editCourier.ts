import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import { fieldsChangedSince } from '#platform/subgraph/edits.ts';
import { editOnce, invalid, type EditOutcome, type Refusal, type Settled } from '#platform/subgraph/editOnce.ts';
import type { IdempotentRequest } from '#platform/subgraph/idempotency.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { Deliveries, Tx } from '../context.ts';
import { courierSubject, recordCouriers } from '../couriers.ts';
import { openDisplayName, sealDisplayName } from '../displayName.ts';

export interface NewCourier {
  readonly idempotencyKey: string;
  readonly courierId: string;
  readonly displayName: string;
}

export interface CourierEdit {
  readonly idempotencyKey: string;
  readonly courierId: string;
  readonly expectedVersion: number;
  /** Null: the name stays. */
  readonly displayName: string | null;
  /** Whether the courier works for the chain; null: that stays. */
  readonly active: boolean | null;
}

export type CourierOutcome = EditOutcome<{ readonly courier: Courier }>;

function nameProblem(name: string | null): Refusal | undefined {
  const unfit = name === null ? undefined : textProblem(name, chainLimits.courierName);
  return unfit === undefined ? undefined : invalid('displayName', unfit);
}

/** Makes an edit of one courier. */
const edited = (
  domain: Deliveries,
  request: Omit<IdempotentRequest, 'now'>,
  courierId: string,
  edit: (tx: Tx, now: Date) => Promise<Settled | Refusal>,
): Promise<CourierOutcome> =>
  isId(courierId)
    ? editOnce(domain, request, edit, async (tx) => ({
        courier: await tx.courier.findUniqueOrThrow({ where: { id: courierId } }),
      }))
    : Promise.resolve(invalid('courierId', 'Write the subject of the courier’s token, a UUID in lower case.'));

/** Signs a courier up: from now on the subject with this id is one. */
export const createCourier = (
  domain: Deliveries,
  principal: Principal,
  { idempotencyKey: key, ...body }: NewCourier,
): Promise<CourierOutcome> => {
  const { courierId: id, displayName } = body;
  return edited(domain, { principal, mutation: 'createCourier', key, body }, id, async (tx, now) => {
    const problem = nameProblem(displayName);
    if (problem) return problem;
    const { count } = await tx.courier.createMany({
      data: [{ id, ...sealDisplayName(domain, id, displayName.trim()), available: false }],
      skipDuplicates: true,
    });
    if (count === 0) return invalid('courierId', 'This subject is a courier already: change them.');
    await recordCouriers(domain, tx, [{ id, kind: 'CREATED', version: 1, fields: [] }], now);
    return { kind: 'done' };
  });
};

/**
 * Changes a courier who is at the version that their editor has seen. One who is deactivated gets no jobs any more;
 * those that they carry remain theirs, to be finished.
 */
export const changeCourier = (
  domain: Deliveries,
  principal: Principal,
  { mutation, ...edit }: CourierEdit & { readonly mutation: string },
): Promise<CourierOutcome> => {
  const { idempotencyKey: key, ...body } = edit;
  const { courierId: id, expectedVersion, displayName, active } = body;
  return edited(domain, { principal, mutation, key, body }, id, async (tx, now) => {
    const [locked] = await tx.$queryRaw<{ version: number; active: boolean }[]>`
      SELECT version, deactivated_at IS NULL AS active FROM courier WHERE id = ${id}::uuid FOR UPDATE`;
    if (!locked) return { kind: 'notFound' };
    if (locked.version !== expectedVersion)
      return { kind: 'changedMeanwhile', fields: await fieldsChangedSince(tx, courierSubject(id), expectedVersion) };
    const problem = nameProblem(displayName);
    if (problem) return problem;
    const turned = active !== null && active !== locked.active;
    const courier = await tx.courier.findUniqueOrThrow({ where: { id } });
    const name = displayName?.trim() ?? null;
    const renamed = name !== null && name !== openDisplayName(domain, courier);
    if (!renamed && !turned) return { kind: 'done' };
    const { version } = await tx.courier.update({
      where: { id },
      data: {
        version: { increment: 1 },
        ...(renamed ? sealDisplayName(domain, id, name) : {}),
        ...(turned ? { deactivatedAt: active ? null : now, available: false } : {}),
      },
    });
    const kind = turned ? (active ? 'REACTIVATED' : 'DEACTIVATED') : 'CHANGED';
    const fields = [...(renamed ? ['displayName'] : []), ...(turned ? ['active'] : [])];
    await recordCouriers(domain, tx, [{ id, kind, version, fields }], now);
    return { kind: 'done' };
  });
};
