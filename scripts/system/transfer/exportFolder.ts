import { accessSync, constants, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { StartupError } from '#platform/config/startupError.ts';
import type { Tables } from '#platform/transfer/transfer.ts';
import { asText } from '#schema/import/reading/formulas.ts';
import { importTables, tableNames, type TableName } from '#schema/import/tables.ts';
import { coherentTables } from './coherentTables.ts';
import type { TransferDomain } from './importFolder.ts';

export interface ExportOptions {
  readonly folder: string;
  readonly domains: readonly TransferDomain[];
  readonly format: 'csv' | 'json';
  readonly print: (line: string) => void;
}

/**
 * Writes all that the domains have into a folder. If that folder is imported, nothing changes.
 * @throws StartupError when the folder holds files of tables already, or cannot be written
 */
export async function exportFolder({ folder, domains, format, print }: ExportOptions): Promise<void> {
  makeFolder(folder);
  if (readdirSync(folder).some((file) => /\.(csv|json)$/.test(file)))
    throw new StartupError(`${folder} holds tables already: name a folder that is empty or not there.`);
  const ofDomains: Tables[] = [];
  for (const { domain, transfer } of domains) ofDomains.push(await transfer.read(domain));
  const { tables, leftOut } = coherentTables(ofDomains);
  for (const name of tableNames) {
    const rows = tables[name];
    const lost = leftOut.get(name);
    if (lost) {
      const are = lost === 1 ? 'row is' : 'rows are';
      print(`${name}: ${lost.toLocaleString('en')} ${are} left out, about what the chain does not have any more`);
    }
    if (!rows) continue;
    const text =
      format === 'json'
        ? `${JSON.stringify(rows, (_key, value: unknown) => value ?? undefined, 2)}\n`
        : csvOf(name, rows);
    writeFileSync(join(folder, `${name}.${format}`), text);
    print(`${rows.length.toLocaleString('en')} rows in ${name}.${format}`);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new StartupError(`${folder} is no folder into which this can write: name another.`);
  }
}

type Cells = Record<string, unknown>;

/** A text in several languages gets a column for each language that any row has. */
function csvOf(name: TableName, rows: NonNullable<Tables[string]>): string {
  const columns = Object.keys(importTables[name].row.shape).flatMap((column) => {
    const languages = new Set(rows.flatMap((row) => (isTexts(row[column]) ? Object.keys(row[column]) : [])));
    return languages.size > 0 ? [...languages].sort().map((language) => `${column}.${language}`) : [column];
  });
  const used = columns.filter((column) => rows.some((row) => cellOf(row, column) !== undefined));
  return stringify(
    rows.map((row) => used.map((column) => cellOf(row, column))),
    { header: true, columns: used, cast: { boolean: String, string: asText } },
  );
}

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function cellOf(row: Cells, column: string): unknown {
  const [name = '', language] = column.split('.');
  const value = row[name];
  if (language !== undefined && isTexts(value)) return value[language];
  if (Array.isArray(value)) return value.join(' ');
  return value ?? undefined;
}
