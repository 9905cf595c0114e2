import type { Tables } from '#platform/transfer/transfer.ts';
import type { Table } from '#schema/import/table.ts';
import { importTables, tableNames, type TableName } from '#schema/import/tables.ts';

type Row = Readonly<Record<string, unknown>>;

export interface CoherentTables {
  readonly tables: Partial<Record<TableName, readonly Row[]>>;
  /** How many rows of a table name something that no domain has any more. */
  readonly leftOut: ReadonlyMap<TableName, number>;
}

/**
 * What the domains have, as one folder. Each domain keeps rows about things of another (stock of a store, the recipe of
 * a size) for as long as it likes, also when that is gone; an import refuses rows that name nothing, so they are left
 * out. `importTables` is in the order in which rows refer to one another.
 */
export function coherentTables(ofDomains: readonly Tables[]): CoherentTables {
  const known = new Map<string, Set<string>>();
  const tables: Partial<Record<TableName, readonly Row[]>> = {};
  const leftOut = new Map<TableName, number>();
  for (const name of tableNames) {
    const definition: Table = importTables[name];
    const told = once(
      definition,
      ofDomains.flatMap((each) => each[name] ?? []),
    );
    const rows = told.flatMap((row): readonly Row[] => {
      const kept = withReferences(definition, row, known);
      return kept ? [kept] : [];
    });
    if (rows.length < told.length) leftOut.set(name, told.length - rows.length);
    if (rows.length > 0) tables[name] = rows;
    if (definition.kind) known.set(definition.kind, new Set(rows.map((row) => String(row['key'] ?? row['country']))));
  }
  return { tables, leftOut };
}

/** Two domains may tell of the same thing, such as a country: what the first says counts. */
const once = ({ identity }: Table, rows: readonly Row[]): Row[] => {
  const named = new Map<string, Row>();
  for (const row of rows) {
    const name = identity.map((column) => String(row[column] ?? '')).join('\0');
    if (!named.has(name)) named.set(name, row);
  }
  return [...named.values()];
};

/** The row without those of a list that are gone; undefined if the one thing that it names in a column is gone. */
function withReferences(
  { refs = {} }: Table,
  row: Row,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): Row | undefined {
  const kept: Record<string, unknown> = { ...row };
  for (const [column, reference] of Object.entries(refs)) {
    const kind = typeof reference === 'string' ? reference : String(row[reference.by]);
    const is = (key: unknown): boolean => known.get(kind)?.has(String(key)) ?? false;
    const value = row[column];
    if (Array.isArray(value)) kept[column] = value.filter(is);
    else if (value !== undefined && value !== null && !is(value)) return undefined;
  }
  return kept;
}
