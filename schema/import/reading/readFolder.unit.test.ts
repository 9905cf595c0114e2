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
