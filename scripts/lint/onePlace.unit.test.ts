import { ESLint } from 'eslint';
import { expect, it } from 'vitest';
import { onePlace } from './onePlace.js';

const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: onePlace.map(({ rules }) => ({ files: ['**/*.js'], rules })) as never,
});
const complaints = async (code: string) =>
  (await eslint.lintText(code, { filePath: 'any.js' })).flatMap(({ messages }) =>
    messages.map(({ message }) => message),
  );

it.each([
  'const where = { city: { startsWith: filter.city, mode: "insensitive" } };',
  'const where = { city: { contains: text } };',
  'const where = { city: { endsWith: `${text}` } };',
  'const sql = `SELECT * FROM store WHERE city ILIKE $1`;',
  'const sql = "SELECT * FROM store WHERE city LIKE $1 || \'%\'";',
  'const root = new URL("..", import.meta.url).pathname;',
  'const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;',
  'const signal = AbortSignal.any([stopped, late]);',
])('refuses %s', async (code) => {
  expect(await complaints(code)).toHaveLength(1);
});

it.each([
  'const where = { city: { startsWith: literally(filter.city) } };',
  'const late = name.startsWith("a");',
  'const { pathname } = new URL(request.url, "http://localhost");',
  '// what one would like',
])('takes %s', async (code) => {
  expect(await complaints(code)).toEqual([]);
});
