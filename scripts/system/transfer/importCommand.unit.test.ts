import { expect, it } from 'vitest';
import { problemLines } from './importCommand.ts';

it('tells a mistake of many lines once, so that it hides no other', () => {
  const missing = Array.from({ length: 300 }, (_, row) => ({
    file: 'prices.csv',
    at: `line ${row + 2} (amount)`,
    message: 'it is missing: write a number',
  }));
  const other = { file: 'prices.csv', at: 'line 900, column 3 (key)', message: 'there is no item cloa' };
  expect(problemLines([...missing, other])).toEqual([
    'prices.csv line 2 (amount): it is missing: write a number (also in line 3, 4, 5, 6, 7 and 294 more)',
    'prices.csv line 900, column 3 (key): there is no item cloa',
    '301 things are wrong: nothing was changed',
  ]);
});

it('tells the same mistake in another column or file by itself', () => {
  const message = 'write true or false';
  expect(
    problemLines([
      { file: 'items.csv', at: 'line 2, column 4 (combo)', message },
      { file: 'items.csv', at: 'line 2, column 9 (removed)', message },
      { file: 'stores.csv', at: '', message },
    ]),
  ).toHaveLength(4);
});
