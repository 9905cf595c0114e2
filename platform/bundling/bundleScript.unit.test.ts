import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { bundleScript } from './bundleScript.ts';

it('keeps the names of classes that meet in a bundle, and spends nothing on those of arrow functions', async () => {
  const folder = temporaryFolder('names');
  mkdirSync(join(folder, 'src'));
  const write = (name: string, code: string) => writeFileSync(join(folder, 'src', name), code);
  write('one.ts', 'class NoAnswer extends Error {}\nexport const one = () => new NoAnswer();');
  write('two.ts', 'class NoAnswer extends Error {}\nexport const two = () => new NoAnswer();');
  write(
    'main.ts',
    `import { one } from './one.ts';
     import { two } from './two.ts';
     const made = { each: () => undefined };
     console.log(JSON.stringify([one(), two()].map((error) => error.constructor.name).concat(made.each.name, one.name)));`,
  );
  const script = await bundleScript(join(folder, 'src/main.ts'), join(folder, 'built'));
  const [first, second, ...arrows] = JSON.parse(execFileSync(process.execPath, [script]).toString()) as string[];
  expect([first, second]).toEqual(['NoAnswer', 'NoAnswer']);
  expect(arrows).toEqual(['', '']);
});
