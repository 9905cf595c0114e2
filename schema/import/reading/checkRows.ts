import type { z } from 'zod';
import { nearest } from '#platform/config/misspelling.ts';
import { idOfKey } from '../idOfKey.ts';
import type { Kind, Table } from '../table.ts';
import { importTables, tableNames, type ImportRows, type TableName } from '../tables.ts';
import { mostProblems, type FolderProblem, type LocatedRow } from './located.ts';
import type { ReadFolder } from './readFolder.ts';
import { eachOfRow, standsForTooMany, tooManyRows } from './eachOfRow.ts';
import { explainIssue } from './explainIssue.ts';
import { unstorableIn } from './unstorable.ts';

type Value = Readonly<Record<string, unknown>>;

export interface CheckedFolder {
  /** Keys have been replaced by ids. */
  readonly rows: ImportRows;
  /** The place of a row of a table, by its index in `rows`. */
  readonly placeOf: (table: TableName, row: number, column?: string) => Pick<FolderProblem, 'file' | 'at'>;
  readonly problems: readonly FolderProblem[];
  /** The key by which the folder names what has an id. */
  readonly keyOf: (id: string) => string;
}

/** Remembers ids that it has computed, because rows refer to the same few things again and again. */
function rememberedIds() {
  const known = new Map<string, string>();
  const keys = new Map<string, string>();
  return {
    idOf: (kind: Kind, key: string): string => {
      const name = `${kind} ${key}`;
      const id = known.get(name) ?? idOfKey(kind, key);
      known.set(name, id);
      keys.set(id, key);
      return id;
    },
    keyOf: (id: string): string => keys.get(id) ?? id,
  };
}

/**
 * Checks rows by their schemas, finds duplicates and references to things that do not exist, and replaces keys by ids.
 * @param known ids of what the domains have, by kind
 */
export function checkRows({ tables }: ReadFolder, known: Readonly<Record<string, readonly string[]>>): CheckedFolder {
  const { idOf, keyOf } = rememberedIds();
  const problems: FolderProblem[] = [];
  const things = new Map<string, Set<string>>(Object.entries(known).map(([kind, ids]) => [kind, new Set(ids)]));
  const keys = new Map<string, string[]>();
  const stores = [...new Set(tables.get('stores')?.rows.flatMap(({ value }) => ownKey(value)))];
  const checked = new Map<TableName, { value: Value; from: LocatedRow }[]>();
  for (const name of tableNames) {
    const read = tables.get(name);
    if (!read) continue;
    const { kind, row: schema } = importTables[name] as Table;
    for (const { value, at } of read.rows) {
      if (problems.length >= mostProblems) break;
      for (const { column, character } of unstorableIn(value))
        problems.push({
          file: read.file,
          at: at(column),
          message: `there is a character ${character} in it: take it out, or write the right one`,
        });
    }
    const tooMany = tooManyRows(read.rows, importTables[name], stores);
    if (tooMany) {
      problems.push({ file: read.file, at: tooMany.at(), message: standsForTooMany });
      continue;
    }
    const valid = read.rows
      .flatMap((row) => eachOfRow(row, importTables[name], stores))
      .flatMap((from) => {
        if (problems.length >= mostProblems) return [];
        const parsed = (schema as z.ZodObject).safeParse(from.value);
        if (parsed.success) return [{ value: parsed.data as Value, from }];
        for (const issue of parsed.error.issues)
          problems.push(explainIssue(read.file, from, issue, importTables[name]));
        return [];
      });
    checked.set(name, valid);
    if (!kind) continue;
    const made = valid.map(({ value }) => String(value['key'] ?? value['country']));
    things.set(kind, new Set([...(things.get(kind) ?? []), ...made.map((key) => idOf(kind, key))]));
    keys.set(kind, made);
  }
  const rows: Record<string, Value[]> = {};
  for (const [name, valid] of checked) {
    if (problems.length >= mostProblems) break;
    const { file } = tables.get(name)!;
    const resolved = valid.map(({ value, from }) => {
      const { row, missing } = resolve(importTables[name], value, idOf, things);
      for (const { column, kind, key } of missing) {
        const meant = nearest(key, keys.get(kind) ?? []);
        const message = `there is no ${kind} ${key}: ${meant ? `did you mean ${meant}?` : `add it to the table of its kind, or name another`}`;
        problems.push({ file, at: from.at(column), message });
      }
      return { value: row, from };
    });
    for (const problem of twice(file, importTables[name], resolved)) problems.push(problem);
    rows[name] = resolved.map(({ value }) => value);
  }
  const placeOf: CheckedFolder['placeOf'] = (table, row, column) => ({
    file: tables.get(table)!.file,
    at: checked.get(table)![row]!.from.at(column),
  });
  return { rows, placeOf, problems: eachOnce(problems), keyOf };
}

/** A row that stands for many has its mistakes as often. */
export const eachOnce = (problems: readonly FolderProblem[]): FolderProblem[] => [
  ...new Map(problems.map((problem) => [[problem.file, problem.at, problem.message].join('\0'), problem])).values(),
];

const ownKey = (value: unknown): string[] => {
  const key = (value as { key?: unknown } | null)?.key;
  return typeof key === 'string' ? [key] : [];
};

interface Missing {
  readonly column: string;
  readonly kind: Kind;
  readonly key: string;
}

function resolve(
  { kind, refs = {} }: Table,
  value: Value,
  idOf: (kind: Kind, key: string) => string,
  things: ReadonlyMap<string, ReadonlySet<string>>,
): { row: Value; missing: Missing[] } {
  const row: Record<string, unknown> = { ...value };
  const missing: Missing[] = [];
  if (kind && typeof value['key'] === 'string') row['key'] = idOf(kind, value['key']);
  for (const [column, reference] of Object.entries(refs)) {
    const to = typeof reference === 'string' ? reference : (value[reference.by] as Kind);
    const named = value[column];
    const idOrMissing = (key: string): string => {
      const id = idOf(to, key);
      if (!things.get(to)?.has(id)) missing.push({ column, kind: to, key });
      return id;
    };
    if (typeof named === 'string') row[column] = idOrMissing(named);
    else if (Array.isArray(named)) row[column] = (named as string[]).map(idOrMissing);
  }
  return { row, missing };
}

function twice(
  file: string,
  { identity }: Table,
  rows: readonly { value: Value; from: LocatedRow }[],
): FolderProblem[] {
  const seen = new Map<string, LocatedRow>();
  /** By the places of both rows, what they have in common: a row may stand for many things, such as all stores. */
  const common = new Map<string, { at: string; as: string; named: string; count: number }>();
  for (const { value, from } of rows) {
    const name = identity.map((column) => String(value[column] ?? '')).join('\0');
    const first = seen.get(name);
    if (!first) {
      seen.set(name, from);
      continue;
    }
    const [at, as] = [from.at(), first.at()];
    const named = identity.flatMap((column) => (from.value as Value)[column] ?? []).join(', ');
    const pair = common.get(`${at} ${as}`) ?? { at, as, named, count: 0 };
    common.set(`${at} ${as}`, { ...pair, count: pair.count + 1 });
  }
  return [...common.values()].map(({ at, as, named, count }) => {
    const further = count > 1 ? ` and ${count - 1} more` : '';
    return { file, at, message: `it has the same ${identity.join(', ')} as ${as} (${named}${further}): keep one` };
  });
}
