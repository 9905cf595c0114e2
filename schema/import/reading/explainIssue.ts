import type { z } from 'zod';
import { nearest } from '#platform/config/misspelling.ts';
import type { Table } from '../table.ts';
import { kindOf } from './cellKind.ts';
import type { FolderProblem, LocatedRow } from './located.ts';

type Issue = z.core.$ZodIssue;

const kinds: Readonly<Record<string, string>> = {
  number: 'a number, with a point and without thousands separators',
  int: 'a whole number, in digits only',
  boolean: 'true or false',
  array: 'a list',
  record: 'a text for each language, such as name.en',
  string: 'text',
  object: 'a row: { … }',
};

/** What a person can do about a schema's complaint, by its code. */
function messageOf(issue: Issue, value: unknown, schema?: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = schema && kindOf(schema) === 'whole' ? 'int' : issue.expected;
      const wanted = kinds[expected] ?? expected;
      return value === undefined ? `it is missing: write ${wanted}` : `write ${wanted}`;
    }
    case 'invalid_value':
      return `write one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
    case 'too_big': {
      const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      // Schemas have a message of their own where there is more to say than a number.
      return issue.message.startsWith('Too ') ? `it must be ${bound}` : issue.message;
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** Says at which place in a file the schema's complaint is, and what to do about it. */
export function explainIssue(file: string, row: LocatedRow, issue: Issue, table: Table): FolderProblem {
  const { spread } = table;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    if (key === spread?.column)
      return { file, at: row.at(key), message: `give either ${key} or ${spread.into.name} and ${spread.into.value}` };
    const columns = [...Object.keys(table.row.shape), ...(spread ? [spread.column] : [])];
    const meant = nearest(key, columns);
    const message = meant
      ? `there is no such column: did you mean ${meant}?`
      : `there is no such column; there are ${columns.join(', ')}`;
    return { file, at: row.at(key), message };
  }
  const [column, part] = issue.path.map(String);
  if (column === undefined) return { file, at: row.at(), message: messageOf(issue, row.value) };
  const value = (row.value as Record<string, unknown> | null)?.[column];
  if (value === '*' && table.refs?.[column] === 'store')
    return { file, at: row.at(column), message: '* stands for the stores of the folder, and it has none: add stores' };
  const title = part === undefined || Array.isArray(value) ? column : `${column}.${part}`;
  return { file, at: row.at(title), message: messageOf(issue, value, table.row.shape[column]) };
}
