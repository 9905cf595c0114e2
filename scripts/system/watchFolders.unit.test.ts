import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, it } from 'vitest';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { until } from '#platform/testkit/until.ts';
import { watchFolders } from './watchFolders.ts';

let close: () => void = () => undefined;
afterEach(() => close());

it('hears of a file each time that an editor saves it by renaming a new one over it, and of files in new folders', async () => {
  const root = `${temporaryFolder('watch')}/`;
  mkdirSync(join(root, 'src/deep'), { recursive: true });
  writeFileSync(join(root, 'src/deep/x.ts'), '0');
  const heard: string[] = [];
  ({ close } = watchFolders(root, ['src'], (path) => heard.push(path)));
  const heardAgain = async (path: string, change: () => void): Promise<void> => {
    heard.length = 0;
    change();
    await until(() => heard.includes(path), { what: `hears of ${path}` });
  };
  for (const text of ['1', '2', '3']) {
    writeFileSync(join(root, 'new'), text);
    await heardAgain('src/deep/x.ts', () => renameSync(join(root, 'new'), join(root, 'src/deep/x.ts')));
  }
  await heardAgain('src/deep/x.ts', () => writeFileSync(join(root, 'src/deep/x.ts'), '4'));
  await heardAgain('src/other', () => mkdirSync(join(root, 'src/other')));
  await heardAgain('src/other/y.ts', () => writeFileSync(join(root, 'src/other/y.ts'), '1'));
});
