import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '#platform/config/misspelling.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { importTables, tableNames, type TableName } from '../tables.ts';
import type { FolderProblem, ReadTable } from './located.ts';
import { readCsv } from './readCsv.ts';
import { readJson } from './readJson.ts';
import { readText } from './readText.ts';

export interface ReadFolder {
  readonly tables: ReadonlyMap<TableName, ReadTable>;
  readonly problems: readonly FolderProblem[];
}

const tableFile = /\.(csv|json)$/i;
/** What spreadsheets save unless they are told to save CSV. */
const unreadTable = /\.(xlsx?|ods|numbers|tsv)$/i;

const nameOf = (file: string): string => file.replace(/\.\w+$/, '');
const tableOf = (name: string): TableName | undefined =>
  tableNames.find((each) => each.toLowerCase() === name.toLowerCase());

/**
 * Reads the tables of a folder, or those of them that are asked for. Other files are ignored, unless one is a table
 * that is there as a spreadsheet only, which somebody believes to be read.
 * @throws StartupError when there is no such folder, or no table in it
 */
export function readFolder(folder: string, only?: readonly TableName[]): ReadFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new StartupError(`there is no folder ${folder}: name one that holds tables, such as stores.csv.`);
  const all = readdirSync(folder).sort();
  const files = all.filter((file) => tableFile.test(file));
  const problems: FolderProblem[] = [];
  const tables = new Map<TableName, ReadTable>();
  for (const file of files) {
    const name = nameOf(file);
    const table = tableOf(name);
    if (table && only && !only.includes(table)) continue;
    if (!table) {
      const meant = nearest(name, tableNames);
      const message = meant ? `did you mean ${meant}?` : `no table is called so; there are ${tableNames.join(', ')}`;
      problems.push({ file, at: '', message });
    } else if (tables.has(table)) {
      problems.push({ file, at: '', message: `${tables.get(table)!.file} is there, too: keep one of them` });
    } else {
      const read = readTable(folder, file, table);
      tables.set(table, read);
      for (const problem of read.problems) problems.push(problem);
    }
  }
  for (const file of all.filter((each) => unreadTable.test(each))) {
    const table = tableOf(nameOf(file));
    if (table && !only && !tables.has(table))
      problems.push({ file, at: '', message: `it is neither CSV nor JSON: save it as ${table}.csv, too` });
  }
  if (files.length === 0 && problems.length === 0)
    throw new StartupError(
      `${folder} holds no table: put in ${tableNames.slice(0, 4).join('.csv, ')}.csv or the like.`,
    );
  return { tables, problems };
}

function readTable(folder: string, file: string, table: TableName): ReadTable {
  const read = readText(join(folder, file));
  if ('problem' in read) return { file, rows: [], problems: [{ file, ...read.problem }] };
  return /csv$/i.test(file) ? readCsv(file, read.text, importTables[table]) : readJson(file, read.text);
}
