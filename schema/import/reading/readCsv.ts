import { CsvError, parse } from 'csv-parse/sync';
import { nearest } from '#platform/config/misspelling.ts';
import type { Table } from '../table.ts';
import { kindOf, type CellKind } from './cellKind.ts';
import { textOf } from './formulas.ts';
import { mostProblems, type LocatedRow, type ReadTable } from './located.ts';

/** A cell that cannot be read as its kind stays a text, which the schema then refuses. */
function valueOf(cell: string, kind: CellKind): unknown {
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : cell;
  if (kind === 'whole') return /^-?\d+$/.test(cell) ? Number(cell) : cell;
  if (kind === 'boolean') return { true: true, false: false }[cell.toLowerCase()] ?? cell;
  if (kind === 'list') return wordsOf(cell);
  if (kind === 'several') return wordsOf(cell).length > 1 ? wordsOf(cell) : cell;
  return cell;
}

const wordsOf = (cell: string): string[] => cell.split(/[\s,;|]+/).filter((each) => each !== '');

interface Column {
  /** The property of the row: `name` for the column `name.de`. */
  readonly name: string;
  readonly part: string | undefined;
  readonly kind: CellKind;
}

/** The kind of each column of a table, by the column's name. */
const kindsOf = ({ row, each = [], spread }: Table): Map<string, CellKind> =>
  new Map([
    ...Object.entries(row.shape).map(
      ([name, schema]) => [name, each.includes(name) ? 'several' : kindOf(schema)] as const,
    ),
    ...(spread ? [[spread.column, 'amounts'] as const] : []),
  ]);

function columnsOf(header: readonly string[], table: Table): Column[] {
  const kinds = kindsOf(table);
  return header.map((title) => {
    const [name = '', part] = title.trim().split('.');
    const kind = kinds.get(name);
    return part !== undefined && (kind === 'texts' || kind === 'amounts')
      ? { name, part, kind }
      : { name: title.trim(), part: undefined, kind: kind ?? 'text' };
  });
}

/** Counts the line breaks within cells: a record that ends on line 9 and has two of them began on line 7. */
const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

/** What a person can do about a file whose cells cannot be told apart. */
function notReadable({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return 'a cell begins with a quote (") and nothing closes it: close it, or leave it out';
  if (code === 'CSV_INVALID_CLOSING_QUOTE')
    return 'a quote (") is left open before this, or stands within a cell: close it, or write it twice there';
  if (code === 'INVALID_OPENING_QUOTE')
    return 'a quote (") stands within a cell: put the whole cell between quotes, and write this one twice';
  return `this is no CSV: ${message}`;
}

/** A first line of more characters names no columns, and to tell them apart would take minutes. */
const longestHeader = 20_000;

/**
 * Reads a table in CSV (RFC 4180), whose first line names the columns. Semicolons, which some spreadsheets write, any
 * ends of lines, and empty rows and columns, which spreadsheets leave at the edges, are understood, too. An empty cell
 * counts as a column that is left out.
 */
export function readCsv(file: string, text: string, table: Table): ReadTable {
  const first = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  if (first.length > longestHeader)
    return {
      file,
      rows: [],
      problems: [{ file, at: 'line 1', message: 'this is no table: the first line names its columns' }],
    };
  const delimiter = first.includes(';') ? ';' : ',';
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text.replaceAll(/\r\n?/g, '\n'), {
      bom: true,
      delimiter,
      info: true,
      relaxColumnCount: true,
      skipRecordsWithEmptyValues: true,
    }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, column } = error as unknown as { lines?: number; column?: number };
    const at = lines === undefined ? '' : `line ${lines}${typeof column === 'number' ? `, column ${column + 1}` : ''}`;
    return { file, rows: [], problems: [{ file, at, message: notReadable(error) }] };
  }
  const [header, ...body] = records;
  const titles = header?.record ?? [];
  const columns = columnsOf(titles, table);
  const known = [...kindsOf(table).keys()];
  if (columns.length > 0 && !columns.some(({ name }) => nearest(name, known)))
    return {
      file,
      rows: [],
      problems: [
        {
          file,
          at: 'line 1',
          message: `it names none of the columns ${known.join(', ')}: take out what stands before the line that does, and separate them by , or ;`,
        },
      ],
    };
  const rows = body.map(({ record, info }): LocatedRow => ({
    value: rowOf(record, columns),
    at: placeIn(info.lines - breaksIn(record), columns),
  }));
  const tooLong = body.flatMap(({ record, info }) =>
    record.slice(columns.length).some((cell) => cell.trim() !== '')
      ? [
          {
            file,
            at: `line ${info.lines}, column ${columns.length + 1}`,
            message: `there are ${record.length} cells for ${columns.length} columns: put text with a ${delimiter} between quotes`,
          },
        ]
      : [],
  );
  const notComputed = body.flatMap(({ record, info }) =>
    record.flatMap((cell, index) =>
      failedFormula.test(cell.trim())
        ? [
            {
              file,
              at: `line ${info.lines - breaksIn(record)}, column ${index + 1} (${titles[index] ?? ''})`,
              message: `the spreadsheet could not compute this (${cell.trim()}): correct its formula`,
            },
          ]
        : [],
    ),
  );
  const names = titles.map((title) => title.trim());
  const twice = names.flatMap((title, index) =>
    title !== '' && names.indexOf(title) < index
      ? [{ file, at: `line 1, column ${index + 1} (${title})`, message: 'this column is there twice: keep one' }]
      : [],
  );
  return { file, rows, problems: [...twice, ...[...tooLong, ...notComputed].slice(0, mostProblems)] };
}

/** What a spreadsheet writes in place of a value, in English or another language: `#REF!`, `#BEZUG!`, `#N/A`. */
const failedFormula = /^#(\p{Lu}[\p{Lu}/0-9]*[!?]|N\/A|NV)$/u;

function rowOf(cells: readonly string[], columns: readonly Column[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [index, { name, part, kind }] of columns.entries()) {
    const cell = textOf(cells[index]?.trim() ?? '');
    if (cell === '') continue;
    if (part === undefined) value[name] = valueOf(cell, kind);
    else
      value[name] = {
        ...(value[name] as object | undefined),
        [part]: kind === 'amounts' ? valueOf(cell, 'whole') : cell,
      };
  }
  return value;
}

/** Tells the place of a column of a record. For a column that the file does not have it names the first line. */
const placeIn =
  (line: number, columns: readonly Column[]) =>
  (column?: string): string => {
    if (column === undefined) return `line ${line}`;
    const titleOf = ({ name, part }: Column): string => (part === undefined ? name : `${name}.${part}`);
    const index = columns.findIndex((each) => titleOf(each) === column || each.name === column);
    return index < 0 ? `line ${line} (${column})` : `line ${line}, column ${index + 1} (${titleOf(columns[index]!)})`;
  };
