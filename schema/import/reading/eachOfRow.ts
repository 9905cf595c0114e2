import type { Reference, Spread, Table } from '../table.ts';
import type { LocatedRow } from './located.ts';

type Cells = Readonly<Record<string, unknown>>;

const isCells = (value: unknown): value is Cells =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
  const all = cell === '*' && reference === 'store' && stores.length > 0;
  if (!all && !(Array.isArray(cell) && cell.length > 0)) return [row];
  const named: readonly unknown[] = all ? stores : (cell as unknown[]);
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
