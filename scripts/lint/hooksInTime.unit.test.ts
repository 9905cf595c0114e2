import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
import { hooksInTime } from './hooksInTime.js';

const eslint = new ESLint({
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser as never } }, ...hooksInTime],
});

it.each([
  ['inside another hook', 'beforeAll(() => { afterAll(stop); });', 1],
  ['in a function that a hook awaits', 'async function start() { await run(); afterAll(stop); }', 1],
  ['in a test', "it('works', async () => { afterEach(stop); });", 1],
  ['where the file is collected', "afterAll(stop); describe('it', () => { beforeAll(run); afterAll(stop); });", 0],
  ['in a function that is called there', 'function world() { beforeAll(run); afterAll(stop); }', 0],
])('a hook %s: %s', async (_where, text, complaints) => {
  const [result] = await eslint.lintText(text, { filePath: 'e2e/x.ts' });
  expect(result?.messages).toHaveLength(complaints);
});
