import type pg from 'pg';

interface IndexRow {
  readonly name: string;
  readonly shape: string;
}

/**
 * Replaces a table by another of the same shape, within the caller's transaction: the replacement gets the table's name
 * and the names of its indexes and constraints, and the old table is dropped. If readers hold the table for more than
 * 3 s (`lock_timeout`), this fails and nothing has changed.
 * @throws Error when a foreign key or a view refers to the table: it would go on referring to the old one
 */
export async function swapTables(client: pg.ClientBase, table: string, replacement: string): Promise<void> {
  await refuseReferences(client, table);
  await client.query(`set local lock_timeout = '3s'`);
  await client.query(`lock table public.${table} in access exclusive mode`);
  const [old, fresh] = [await indexesOf(client, table), await indexesOf(client, replacement)];
  await client.query(`drop table public.${table}`);
  await client.query(`alter table public.${replacement} rename to ${table}`);
  for (const { name, shape } of old) {
    // Several indexes may have the same shape; it does not matter which of them gets which name.
    const at = fresh.findIndex((index) => index.shape === shape);
    const [match] = at < 0 ? [] : fresh.splice(at, 1);
    if (!match) throw new Error(`index ${name} of ${table} was not copied`);
    if (match.name !== name) await client.query(`alter index public."${match.name}" rename to "${name}"`);
  }
}

async function indexesOf(client: pg.ClientBase, table: string): Promise<IndexRow[]> {
  const { rows } = await client.query<IndexRow>(
    `select c.relname as name, regexp_replace(pg_get_indexdef(i.indexrelid), ' INDEX .* USING ', ' ') || i.indisprimary as shape
     from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = $1::regclass order by c.relname`,
    [`public.${table}`],
  );
  return rows;
}

async function refuseReferences(client: pg.ClientBase, table: string): Promise<void> {
  const { rows } = await client.query<{ what: string }>(
    `select conname as what from pg_constraint where contype = 'f' and (confrelid = $1::regclass or conrelid = $1::regclass)
     union all
     select r.ev_class::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid
     where d.classid = 'pg_rewrite'::regclass and d.refobjid = $1::regclass`,
    [`public.${table}`],
  );
  if (rows[0]) throw new Error(`${table} cannot be rebuilt: ${rows[0].what} refers to it or from it to another table`);
}
