import { expect, it } from 'vitest';
import { pagedList, sortable } from './connection.ts';

const id = '01900000-0000-7000-8000-00000000abcd';
const byName = pagedList('things', [sortable.text, sortable.id]);
const byTime = pagedList('moments', [sortable.instant, sortable.id]);
const byNumber = pagedList('steps', [sortable.number]);

const cursorOf = <Key extends readonly (string | number)[]>(
  list: ReturnType<typeof pagedList> | { connection: unknown },
  key: Key,
  of = '',
): string => {
  const { page, connection } = list as {
    page: (args: object, of?: string) => never;
    connection: (rows: readonly Key[], page: never, keyOf: (row: Key) => Key) => { pageInfo: { endCursor: string } };
  };
  return connection([key], page({}, of), (row) => row).pageInfo.endCursor;
};
const written = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tagOf = (cursor: string): string => (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string])[0];
const refusal = { extensions: { code: 'BAD_USER_INPUT' } };

it('reads what it wrote', () => {
  expect(byName.page({ after: cursorOf(byName, ['Dr. Burger', id]) }).after).toEqual(['Dr. Burger', id]);
  expect(byTime.page({ after: cursorOf(byTime, ['2026-03-01T12:30:00.000Z', id]) }).after).toEqual([
    '2026-03-01T12:30:00.000Z',
    id,
  ]);
  expect(byNumber.page({ after: cursorOf(byNumber, [7], 'mine') }, 'mine').after).toEqual([7]);
});

const own = cursorOf(byName, ['a', id]);
const tag = tagOf(own);
it.each<[string, string]>([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['no JSON', 'abc'],
  ['an empty list', written([])],
  ['numbers', written([1, 2])],
  ['a name and no id', written(['Dr. Burger', 'b'])],
  ['a text', written('a')],
  ['null', written(null)],
  ['an object', written({ 0: tag })],
  ['without its list', written(['a', id])],
  ['nulls', written([tag, null, null])],
  ['a number for a text', written([tag, 1, id])],
  ['an id in upper case', written([tag, 'a', id.toUpperCase()])],
  ['no id', written([tag, 'a', 'b'])],
  ['one part more', written([tag, 'a', id, 1])],
  ['one part less', written([tag, 'a'])],
  ['a zero byte', written([tag, 'a\0', id])],
  ['half a character', written([tag, 'a\ud800', id])],
  ['a huge text', written([tag, 'a'.repeat(10_000), id])],
  ['one of another list', cursorOf(byTime, ['2026-03-01T12:30:00.000Z', id])],
  ['one of another parent', cursorOf(byName, ['a', id], 'another')],
  ['cut short', own.slice(0, -1)],
  ['with a tail', `${own}AAAA`],
  ['with padding', `${own}=`],
  ['with a space', `${own} `],
])('refuses a cursor that is %s', (_name, after) => {
  expect(() => byName.page({ after })).toThrow(expect.objectContaining(refusal) as Error);
});

const timeTag = tagOf(cursorOf(byTime, ['2026-03-01T12:30:00.000Z', id]));
it.each([
  '2026-02-30T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '294277-01-01T00:00:00.000Z',
  '2026-03-01',
  'infinity',
  'now',
  'epoch',
])('refuses the instant %s', (at) => {
  expect(() => byTime.page({ after: written([timeTag, at, id]) })).toThrow(expect.objectContaining(refusal) as Error);
});

const numberTag = tagOf(cursorOf(byNumber, [1]));
it.each([2 ** 31, -(2 ** 31) - 1, 1.5, 1e300, '1'])('refuses the number %s', (number) => {
  expect(() => byNumber.page({ after: written([numberTag, number]) })).toThrow(
    expect.objectContaining(refusal) as Error,
  );
});

it.each([0, -1, 101, 2 ** 31 - 1, -(2 ** 31)])('refuses %i nodes', (first) => {
  expect(() => byName.page({ first })).toThrow(expect.objectContaining(refusal) as Error);
});
