import type { z } from 'zod';
import { menuTables } from './menuTables.ts';
import { stockTables } from './stockTables.ts';
import { storeTables } from './storeTables.ts';

/**
 * All that `import` reads and `export` writes, in the order in which rows refer to one another.
 * `schema/import/<table>.schema.json` is generated from it.
 */
export const importTables = { ...storeTables, ...menuTables, ...stockTables };

export type TableName = keyof typeof importTables;

export const tableNames = Object.keys(importTables) as TableName[];

export type Row<Name extends TableName> = z.output<(typeof importTables)[Name]['row']>;

/** Checked rows, with ids in place of keys; tables that a folder does not have are missing. */
export type ImportRows = { readonly [Name in TableName]?: readonly Row<Name>[] };
