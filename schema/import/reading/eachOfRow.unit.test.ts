import { expect, test } from 'vitest';
import { importTables, type TableName } from '../tables.ts';
import { checkRows } from './checkRows.ts';
import { readCsv } from './readCsv.ts';
import { readJson } from './readJson.ts';

const stores = 'key,name,street,city,country,latitude,longitude,timeZone,services,taxRegime,maxOpenOrders';
const store = (key: string): string => `\n${key},A,B 1,C,DE,1,1,Europe/Berlin,TAKEAWAY,tax,9`;
const base = {
  countries: 'country,currency\nDE,EUR\nGB,GBP',
  taxRegimes: 'key,inclusive,rounding\ntax,true,PER_LINE',
  stores: stores + store('a') + store('b'),
  ingredients: 'key,unit,name.en\nbun,PIECE,Bun\nbeef,PIECE,Beef',
  categories: 'key,position,name.en\nfood,0,Food',
  items: 'key,category,position,taxClass,name.en,description.en\nburger,food,0,FOOD,Burger,Good',
};

function check(files: Readonly<Partial<Record<TableName, string>>>) {
  const all = Object.entries({ ...base, ...files }).filter(([, text]) => text !== '');
  const read = all.map(([name, text]) => {
    const table = name as TableName;
    return [
      table,
      text.startsWith('[') ? readJson(`${name}.json`, text) : readCsv(`${name}.csv`, text, importTables[table]),
    ] as const;
  });
  const { rows, problems, keyOf } = checkRows({ tables: new Map(read), problems: [] }, {});
  return { rows, keyOf, problems: problems.map(({ file, at, message }) => `${file} ${at}: ${message}`) };
}

test.each([
  ['CSV', 'store,ingredient,onHand,reorderLevel\n*,bun beef,40,5'],
  ['JSON', '[{"store":"*","ingredient":["bun","beef"],"onHand":40,"reorderLevel":5}]'],
])('a row of %s that names several is as many rows', (_format, stock) => {
  const { rows, problems, keyOf } = check({ stock });
  expect(problems).toEqual([]);
  expect(rows.stock?.map((row) => `${keyOf(row.store)} ${keyOf(row.ingredient)} ${row.onHand}`)).toEqual([
    'a bun 40',
    'a beef 40',
    'b bun 40',
    'b beef 40',
  ]);
});

test('a column for each country is a price for each that has one', () => {
  const { rows, problems } = check({ prices: 'kind,key,amounts.DE,amounts.GB\nitem,burger,590,520' });
  expect(problems).toEqual([]);
  expect(rows.prices?.map(({ country, amount }) => [country, amount])).toEqual([
    ['DE', 590],
    ['GB', 520],
  ]);
  const { rows: one } = check({ prices: '[{"kind":"item","key":"burger","amounts":{"GB":520}}]' });
  expect(one.prices).toMatchObject([{ country: 'GB', amount: 520 }]);
});

test.each([
  [
    'a word among several',
    { stock: 'store,ingredient,onHand,reorderLevel\n*,beef bunn,1,1' },
    [
      'stock.csv line 2, column 2 (ingredient): there is no ingredient bunn: add it to the table of its kind, or name another',
    ],
  ],
  [
    'a store twice',
    { stock: 'store,ingredient,onHand,reorderLevel\n*,bun,1,1\nb,bun,2,1' },
    ['stock.csv line 3: it has the same store, ingredient as line 2 (b, bun): keep one'],
  ],
  [
    'all stores of a folder without any',
    { stores: '', stock: 'store,ingredient,onHand,reorderLevel\n*,bun,1,1' },
    ['stock.csv line 2, column 1 (store): * stands for the stores of the folder, and it has none: add stores'],
  ],
  [
    'an amount of a country that is no number',
    { prices: 'kind,key,amounts.DE\nitem,burger,5.90 EUR' },
    ['prices.csv line 2, column 3 (amounts.DE): write a whole number, in digits only'],
  ],
  [
    'amounts beside an amount',
    { prices: 'kind,key,country,amount,amounts.DE\nitem,burger,DE,590,590' },
    ['prices.csv line 2, column 5 (amounts.DE): give either amounts or country and amount'],
  ],
] as const)('tells the place of %s', (_what, files, expected) => {
  expect(check(files).problems).toEqual(expected);
});

test('tells the row with which a table stands for more rows than fit in memory', () => {
  const chain = stores + Array.from({ length: 1_000 }, (_, each) => store(`s${each}`)).join('');
  const prices = `store,kind,key,amount${'\n*,item,burger,100'.repeat(6_000)}`;
  const { problems } = check({ stores: chain, prices });
  expect(problems).toEqual([
    'prices.csv line 2002: with this row, the table stands for more than 2,000,000 rows: name less, or split the import',
  ]);
});
