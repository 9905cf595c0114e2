import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { checkRows } from './checkRows.ts';
import { readFolder } from './readFolder.ts';

const folder = join(tmpdir(), `tables-${randomUUID()}`);
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a folder with one file in it says, and what is told of it. */
function read(file: string, content: string | Buffer) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), content);
  const found = readFolder(folder);
  const { rows, problems } = checkRows(found, {});
  return {
    rows,
    problems: [...found.problems, ...problems].map(({ file: name, at, message }) => `${name} ${at}: ${message}`),
  };
}

test.each(['1.000', '2.5', '40.000'])('a whole number is not %s, which is thousands to some', (written) => {
  const { problems } = read('categories.csv', `key,position,name.en\ncola,${written},Cola`);
  expect(problems).toEqual(['categories.csv line 2, column 2 (position): write a whole number, in digits only']);
});

test('rows of empty cells, which spreadsheets leave at the end, are no rows', () => {
  const { rows, problems } = read('categories.csv', 'key;position;name.en;;\nfood;1;Food;;\n;;;;\n ; ;;;\nx;;X;;;\n');
  expect(rows.categories).toHaveLength(1);
  expect(problems).toEqual([
    'categories.csv line 5, column 2 (position): it is missing: write a whole number, in digits only',
  ]);
});

test('a cell under no title is told', () => {
  expect(read('categories.csv', 'key,position,name.en,,\nfood,1,Food,,5').problems).toEqual([
    'categories.csv line 2, column 4 (): there is no such column; there are key, position, name',
  ]);
  expect(read('categories.csv', 'key,position,name.en\nfood,1,Food,5').problems).toEqual([
    'categories.csv line 2, column 4: there are 4 cells for 3 columns: put text with a , between quotes',
  ]);
});

test.each([
  ['CR LF after LF', 'key,position,name.en\nfood,1,Food\r\ndrinks,2,Drinks\r\n'],
  ['LF after CR LF', 'key,position,name.en\r\nfood,1,Food\ndrinks,2,Drinks\n'],
  ['CR', 'key,position,name.en\rfood,1,Food\rdrinks,2,Drinks\r'],
])('reads lines that end in %s', (_what, text) => {
  const { rows, problems } = read('categories.csv', text);
  expect(problems).toEqual([]);
  expect(rows.categories?.map(({ name }) => name)).toEqual([{ en: 'Food' }, { en: 'Drinks' }]);
});

test('counts lines by any of their ends', () => {
  const text = 'key,position,name.en\r\nfood,1,"Food\r\nand more"\r\n\r\ndrinks,x,Drinks\nside,y,Side';
  expect(read('categories.csv', text).problems).toEqual([
    'categories.csv line 5, column 2 (position): write a whole number, in digits only',
    'categories.csv line 6, column 2 (position): write a whole number, in digits only',
  ]);
});

test('refuses a letter that was lost before', () => {
  expect(read('categories.csv', 'key,position,name.de\nkaese,1,K\ufffdse').problems).toEqual([
    'categories.csv line 2, column 3 (name.de): there is a character U+FFFD in it: take it out, or write the right one',
  ]);
});

test.each([
  ['categories.csv', 'key,position,name.de\nkaese,1,Käse'],
  ['categories.json', '[{"key":"kaese","position":1,"name":{"de":"Käse"}}]'],
])('reads a byte order mark before %s', (file, text) => {
  const { rows, problems } = read(file, `\ufeff${text}`);
  expect(problems).toEqual([]);
  expect(rows.categories?.[0]?.name).toEqual({ de: 'Käse' });
});

test.each([
  ['begins a cell and ends none', 'a,1,"Food\nb,2,Drinks\n', /begins with a quote .* and nothing closes it/],
  ['stands within a cell', 'a,1,Pizza 12"\n', /stands within a cell: put the whole cell between quotes/],
  ['ends a cell too early', 'a,1,"Food" and more\n', /close it, or write it twice there/],
])('says what to do about a quote that %s', (_what, rows, expected) => {
  const { problems } = read('categories.csv', `key,position,name.en\n${rows}`);
  expect(problems).toEqual([expect.stringMatching(expected)]);
});

test('reads a table whose name a spreadsheet wrote in capitals', () => {
  const { rows, problems } = read('Categories.CSV', 'key,position,name.en\nfood,1,Food');
  expect(problems).toEqual([]);
  expect(rows.categories).toHaveLength(1);
});

test.each(['prices.xlsx', 'Prices.ods', 'prices.tsv'])('tells that it cannot read the table %s', (file) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), 'PK');
  const { problems } = read('categories.csv', 'key,position,name.en\nfood,1,Food');
  expect(problems).toEqual([`${file} : it is neither CSV nor JSON: save it as prices.csv, too`]);
});

test('a spreadsheet beside the table that was saved from it is no mistake', () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'categories.xlsx'), 'PK');
  expect(read('categories.csv', 'key,position,name.en\nfood,1,Food').problems).toEqual([]);
});

test.each(['['.repeat(100_000), '[{"a":'.repeat(3_000), `[${'{"key":'.repeat(50_000)}1`])(
  'tells where JSON goes deeper than any row',
  (text) => {
    expect(read('items.json', text).problems).toEqual([
      expect.stringMatching(/^items\.json line 1, column \d+: it goes too deep here: a row holds /),
    ]);
  },
);

test('stops at more mistakes than anybody reads', () => {
  const { problems } = read('categories.csv', `key,position,name.en\n${'food,x,Food,more\n'.repeat(40_000)}`);
  expect(problems.length).toBeGreaterThan(10_000);
  expect(problems.length).toBeLessThan(30_000);
});

test('takes no page without lines for the names of columns', () => {
  expect(read('categories.csv', 'x,'.repeat(100_000)).problems).toEqual([
    'categories.csv line 1: this is no table: the first line names its columns',
  ]);
});

test('a column that is there twice is told, also with a space before one of them', () => {
  expect(read('categories.csv', 'key,position,name.en, name.en\nfood,1,Food,Drinks').problems).toEqual([
    'categories.csv line 1, column 4 (name.en): this column is there twice: keep one',
  ]);
});

test.each([
  ['a hint for a spreadsheet', 'sep=;\nkey;position;name.en\nfood;1;Food'],
  ['a title', 'My menu,,\nkey,position,name.en\nfood,1,Food'],
  ['a remark', '# all of it\nkey,position,name.en\nfood,1,Food'],
  ['columns between tabs', 'key\tposition\tname.en\nfood\t1\tFood'],
])('tells once that the first line names no columns, but is %s', (_what, text) => {
  expect(read('categories.csv', text).problems).toEqual([
    'categories.csv line 1: it names none of the columns key, position, name: take out what stands before the line that does, and separate them by , or ;',
  ]);
});

test.each(['#REF!', '#N/A', '#NAME?', '#DIV/0!', '#BEZUG!', '#NV'])('a cell is not %s', (cell) => {
  expect(read('categories.csv', `key,position,name.en\nfood,1,${cell}`).problems).toEqual([
    `categories.csv line 2, column 3 (name.en): the spreadsheet could not compute this (${cell}): correct its formula`,
  ]);
  expect(read('categories.csv', 'key,position,name.en\nfood,1,#1 Burger').problems).toEqual([]);
});
