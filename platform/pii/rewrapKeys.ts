import type pg from 'pg';
import type { Domain } from '#platform/domain/domain.ts';
import { keyringOf } from './domainKeyring.ts';
import type { WrappingKeys } from './keyring.ts';

export interface Rewrapped {
  /** Keys that the first master key wraps now. */
  readonly rewrapped: number;
  /** Keys that no configured master key unwraps; they are left as they are. */
  readonly unreadable: number;
}

/** A column with wrapped data keys; whom each belongs to stands in the table's primary key. */
interface KeyColumn {
  readonly table: string;
  readonly column: string;
  readonly owner: string;
}

const atOnce = 500;

/**
 * Wraps all data keys of a domain by the first of its master keys, while the domain serves: afterwards the others may
 * be taken out of the setting. What is sealed by the data keys stays as it is. It may be ended and begun again at any
 * time. `tell` hears how far it is.
 */
export async function rewrapKeys(
  domain: Pick<Domain, 'pool' | 'config'>,
  tell: (soFar: Rewrapped) => Promise<unknown>,
): Promise<Rewrapped> {
  let sum: Rewrapped = { rewrapped: 0, unreadable: 0 };
  for (const column of await keyColumns(domain.pool)) {
    for (let after: string | undefined = ''; after !== undefined;) {
      const batch: Batch = await rewrapBatch(domain.pool, keyringOf(domain), column, after);
      sum = { rewrapped: sum.rewrapped + batch.rewrapped, unreadable: sum.unreadable + batch.unreadable };
      after = batch.last;
      await tell(sum);
    }
  }
  return sum;
}

/** By their type and name, so that the one of a new table is not forgotten. */
async function keyColumns(pool: pg.Pool): Promise<KeyColumn[]> {
  const { rows } = await pool.query<KeyColumn>(
    `select quote_ident(c.table_name) as table, quote_ident(c.column_name) as column, quote_ident(k.column_name) as owner
     from information_schema.columns c
     join information_schema.table_constraints t
       on t.table_schema = c.table_schema and t.table_name = c.table_name and t.constraint_type = 'PRIMARY KEY'
     join information_schema.key_column_usage k on k.table_schema = t.table_schema and k.constraint_name = t.constraint_name
     where c.table_schema = 'public' and c.data_type = 'bytea' and c.column_name ~ '(^|_)wrapped(_|$)'
     order by 1, 2`,
  );
  return rows;
}

interface Batch extends Rewrapped {
  /** The last owner of the batch; undefined after the last batch. */
  readonly last: string | undefined;
}

async function rewrapBatch(
  pool: pg.Pool,
  keys: WrappingKeys,
  { table, column, owner }: KeyColumn,
  after: string,
): Promise<Batch> {
  const { rows } = await pool.query<{ owner: string; wrapped: Buffer }>(
    `select ${owner}::text as owner, ${column} as wrapped from ${table}
     where ${column} is not null and substring(${column} from 1 for $1) <> $2 and ${owner}::text > $3
     order by ${owner}::text limit ${atOnce}`,
    [keys.currentId.length, keys.currentId, after],
  );
  let unreadable = 0;
  const owners: string[] = [];
  const before: Buffer[] = [];
  const now: Uint8Array[] = [];
  for (const row of rows) {
    try {
      now.push(keys.rewrap(row.owner, row.wrapped));
      owners.push(row.owner);
      before.push(row.wrapped);
    } catch {
      unreadable += 1;
    }
  }
  // Only a key that is still the same: one that was deleted or exchanged meanwhile must not come back.
  const { rowCount } = await pool.query(
    `update ${table} t set ${column} = n.now
     from unnest($1::text[], $2::bytea[], $3::bytea[]) as n(owner, before, now)
     where t.${owner}::text = n.owner and t.${column} = n.before`,
    [owners, before, now],
  );
  return {
    rewrapped: rowCount ?? 0,
    unreadable,
    last: rows.length < atOnce ? undefined : rows.at(-1)?.owner,
  };
}
