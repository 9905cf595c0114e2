import { fileURLToPath } from 'node:url';
import { checkRows } from '#schema/import/reading/checkRows.ts';
import { readFolder } from '#schema/import/reading/readFolder.ts';
import { tableNames, type ImportRows, type TableName } from '#schema/import/tables.ts';

/** The seeded chain: a folder that `chain:import` reads, too. */
export const chainFolder = fileURLToPath(new URL('chain', import.meta.url));

export interface Chain {
  /** Checked as an import checks them, with ids in place of keys. */
  readonly rows: Required<ImportRows>;
  /** The key of a thing in the folder, such as `classic-burger` or `burgers`, by its id. */
  readonly keyOf: (id: string) => string;
}

let chain: Chain | undefined;

/** The whole folder, read once. */
export const seedChain = (): Chain => (chain ??= readChain(tableNames));

/**
 * Some tables of the folder, which name nothing that is in others.
 * @throws Error when something is wrong in them, with all that is
 */
export function readChain(tables: readonly TableName[]): Chain {
  const read = readFolder(chainFolder, tables);
  const { rows, problems, keyOf } = checkRows(read, {});
  const all = [...read.problems, ...problems];
  if (all.length > 0)
    throw new Error(
      `the seeded chain (${chainFolder}) is wrong: ${all.map(({ file, at, message }) => `${file} ${at}: ${message}`).join('; ')}`,
    );
  // A table that the folder leaves out has no rows.
  const empty = Object.fromEntries(tableNames.map((name) => [name, []])) as unknown as Required<ImportRows>;
  return { rows: { ...empty, ...rows }, keyOf };
}
