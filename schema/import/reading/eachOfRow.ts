import type { Reference, Spread, Table } from '../table.ts';
import type { LocatedRow } from './located.ts';

type Cells = Readonly<Record<string, unknown>>;

const isCells = (value: unknown): value is Cells =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All stores of a large chain have prices of their own for all items, several times over. */
const mostRows = 2_000_000;

export const standsForTooMany = `with this row, the table stands for more than ${mostRows.toLocaleString('en')} rows: name less, or split the import`;

/** The first row with which the rows of a table stand for more than can be held in memory. */
export function tooManyRows(
  rows: readonly LocatedRow[],
  table: Table,
  stores: readonly string[],
): LocatedRow | undefined {
  let count = 0;
  return rows.find((row) => (count += countOf(row.value, table, stores)) > mostRows);
}

function countOf(cells: unknown, { each = [], spread, refs }: Table, stores: readonly string[]): number {
  if (!isCells(cells)) return 1;
  const parts = spread && cells[spread.column];
  return each.reduce(
    (count, column) => count * (namedIn(cells[column], refs?.[column], stores)?.length ?? 1),
    isCells(parts) ? Object.keys(parts).length : 1,
  );
}

/** What a cell names, if the row thereby stands for one row of each. */
function namedIn(cell: unknown, reference: Reference | undefined, stores: readonly string[]) {
  if (cell === '*' && reference === 'store' && stores.length > 0) return stores;
  return Array.isArray(cell) && cell.length > 0 ? (cell as readonly unknown[]) : undefined;
}

/**
 * The rows for which one row of a file stands: one for each combination of what its cells name, and for each part of
 * its spread column. A row that names one of each stands for itself.
 * @param stores keys of the stores of the folder, for which `*` stands
 */
export function eachOfRow(row: LocatedRow, table: Table, stores: readonly string[]): LocatedRow[] {
  if (!isCells(row.value)) return [row];
  const spreaded = table.spread && table.spread.column in row.value ? spreadOut(row, row.value, table.spread) : [row];
  return (table.each ?? []).reduce(
    (rows, column) => rows.flatMap((each) => eachOfColumn(each, column, table.refs?.[column], stores)),
    spreaded,
  );
}

function eachOfColumn(
  row: LocatedRow,
  column: string,
  reference: Reference | undefined,
  stores: readonly string[],
): LocatedRow[] {
  const { [column]: cell, ...others } = row.value as Cells;
  const named = namedIn(cell, reference, stores);
  if (!named) return [row];
  return named.map((each) => ({ value: { ...others, [column]: each }, at: row.at }));
}

/** A row that also has what the parts stand for keeps its spread column, for which it is refused. */
function spreadOut(row: LocatedRow, cells: Cells, { column, into }: Spread): LocatedRow[] {
  const { [column]: parts, ...others } = cells;
  if (!isCells(parts) || into.name in cells || into.value in cells) return [row];
  return Object.entries(parts).map(([part, value]) => ({
    value: { ...others, [into.name]: part, [into.value]: value },
    at: (asked) => row.at(asked === into.name || asked === into.value ? `${column}.${part}` : asked),
  }));
}
