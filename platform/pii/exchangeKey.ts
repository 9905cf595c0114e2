import type { Domain } from '#platform/domain/domain.ts';
import { inTransaction, type SqlTx } from '#platform/events/sqlTx.ts';
import { keyringOf } from './domainKeyring.ts';
import type { DataKey } from './keyring.ts';
import { NotOpened, open, seal } from './sealedField.ts';
import type { SealedRows, SealedTable } from './sealedRows.ts';

export interface Exchanged {
  /** Whether the person had a key here; one who is erased, or unknown, has none. */
  readonly exchanged: boolean;
  /** Values that were sealed anew. */
  readonly values: number;
}

/**
 * Gives a person another data key and seals all of theirs by it, in one transaction, while the domain serves: for when
 * the key may have become known, such as by a copy of a process's memory. Nothing is changed if a value does not open.
 */
export function exchangeKey(
  domain: Pick<Domain, 'pool' | 'config'>,
  { keys, lock, tables }: SealedRows,
  owner: string,
): Promise<Exchanged> {
  const keyring = keyringOf(domain);
  return inTransaction(domain.pool, async (tx) => {
    await tx.$queryRawUnsafe(`select 1 from ${lock.table} where ${lock.owner}::text = $1 for update`, owner);
    const [found] = await tx.$queryRawUnsafe<{ wrapped: Buffer | null }[]>(
      `select ${keys.wrapped} as wrapped from ${keys.table} where ${keys.owner}::text = $1 for update`,
      owner,
    );
    if (!found?.wrapped) return { exchanged: false, values: 0 };
    const before = keyring.unwrap(owner, found.wrapped);
    const { key: now, wrapped } = keyring.newDataKey(owner);
    let values = 0;
    for (const table of tables) values += await sealAnew(tx, table, owner, { before, now });
    await tx.$executeRawUnsafe(
      `update ${keys.table} set ${keys.wrapped} = $2 where ${keys.owner}::text = $1`,
      owner,
      wrapped,
    );
    return { exchanged: true, values };
  });
}

async function sealAnew(
  tx: SqlTx,
  { table, place, row, owner, columns }: SealedTable,
  person: string,
  { before, now }: { readonly before: DataKey; readonly now: DataKey },
): Promise<number> {
  const names = Object.entries(columns);
  const rows = await tx.$queryRawUnsafe<Readonly<Record<string, Buffer | null>>[]>(
    `select ${row}::text as row, ${names.map(([, column]) => column).join(', ')} from ${table}
     where ${owner}::text = $1 for update`,
    person,
  );
  let values = 0;
  for (const each of rows) {
    const id = String(each['row']);
    const anew = names.map(([name, column]) => {
      const sealed = each[column];
      if (!sealed) return null;
      values += 1;
      const where = { field: `${place}.${name}`, row: id };
      return seal(now, where, open(before, where, sealed));
    });
    await tx.$executeRawUnsafe(
      `update ${table} set ${names.map(([, column], n) => `${column} = $${n + 2}`).join(', ')} where ${row}::text = $1`,
      id,
      ...anew,
    );
  }
  return values;
}

/** How often is read anew before it counts as broken: keys are exchanged one at a time. */
const readings = 3;

/**
 * Reads a key and what is sealed by it. When the key was exchanged between the two, something does not open, and both
 * are read again.
 */
export async function readSealed<T>(read: () => Promise<T>): Promise<T> {
  for (let reading = 1; ; reading += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof NotOpened) || reading === readings) throw error;
    }
  }
}
