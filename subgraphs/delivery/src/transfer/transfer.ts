import type { SqlTx } from '#platform/events/sqlTx.ts';
import {
  inBatches,
  type RowProblem,
  type Tally,
  type Transfer,
  type TransferRun,
} from '#platform/transfer/transfer.ts';
import { isId } from '#platform/domain/id.ts';
import type { ImportRows, Row } from '#schema/import/tables.ts';
import type { Deliveries } from '../context.ts';
import { recordCouriers } from '../couriers.ts';
import { openDisplayName, sealDisplayName } from '../displayName.ts';

const couriersPerBatch = 500;

/**
 * Couriers by name. Where they are and whether they take jobs, they say themselves. Those who work for the chain no
 * longer are not exported: the folder would sign them up again elsewhere.
 */
export const transfer: Transfer<Deliveries> = {
  async ids({ db }) {
    const couriers = await db.courier.findMany({ select: { id: true } });
    return { courier: couriers.map(({ id }) => id) };
  },
  check: (_domain, { couriers = [] }: ImportRows) =>
    Promise.resolve(
      couriers.flatMap(({ key }, row): RowProblem[] =>
        isId(key) ? [] : [{ table: 'couriers', row, column: 'key', message: 'write the subject of the token, a UUID' }],
      ),
    ),
  async write(domain, { couriers }: ImportRows, run: TransferRun): Promise<Tally[]> {
    if (!couriers) return [];
    const tally = { table: 'couriers', created: 0, changed: 0, unchanged: 0 };
    for (const [index, batch] of inBatches(couriers, couriersPerBatch).entries()) {
      const first = index * couriersPerBatch + 1;
      const what = `couriers ${first} to ${first + batch.length - 1} of ${couriers.length}`;
      const { created, changed } = await run.batch(what, (tx) => writeBatch(domain, tx, batch));
      tally.created += created;
      tally.changed += changed;
      tally.unchanged += batch.length - created - changed;
    }
    return [tally];
  },
  async read(domain): Promise<ImportRows> {
    const couriers = await domain.db.courier.findMany({ where: { deactivatedAt: null }, orderBy: { id: 'asc' } });
    return { couriers: couriers.map((each) => ({ key: each.id, displayName: openDisplayName(domain, each) })) };
  },
};

/** Names are sealed anew at every writing: whether one differs is seen only when it is opened. */
async function writeBatch(
  domain: Deliveries,
  tx: SqlTx,
  couriers: readonly Row<'couriers'>[],
): Promise<{ created: number; changed: number }> {
  const stored = await domain.db.courier.findMany({ where: { id: { in: couriers.map(({ key }) => key) } } });
  const names = new Map(stored.map((each) => [each.id, openDisplayName(domain, each)]));
  const different = couriers.filter(({ key, displayName }) => names.get(key) !== displayName);
  const sealed = different.map(({ key, displayName }) => ({ id: key, ...sealDisplayName(domain, key, displayName) }));
  const written = await tx.$queryRawUnsafe<{ id: string; version: number }[]>(
    `INSERT INTO courier (id, wrapped_key, display_name, available)
     SELECT told.*, false FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS told
     ON CONFLICT (id) DO UPDATE SET wrapped_key = excluded.wrapped_key, display_name = excluded.display_name,
       version = courier.version + 1
     RETURNING id::text, version`,
    sealed.map(({ id }) => id),
    sealed.map(({ wrappedKey }) => wrappedKey),
    sealed.map(({ displayName }) => displayName),
  );
  await recordCouriers(
    domain,
    tx,
    written.map(({ id, version }) =>
      names.has(id)
        ? { id, version, kind: 'CHANGED', fields: ['displayName'] }
        : { id, version, kind: 'CREATED', fields: [] },
    ),
    domain.clock(),
  );
  const changed = different.filter(({ key }) => names.has(key)).length;
  return { created: different.length - changed, changed };
}
