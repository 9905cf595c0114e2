import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { StartupError } from '#platform/config/startupError.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { readGiven } from './readGiven.ts';

const folder = temporaryFolder('given');

it('reads a file, and says of what is none why, in a line for whoever named it', () => {
  writeFileSync(join(folder, 'there'), 'text');
  expect(readGiven(join(folder, 'there'))).toBe('text');
  const missing = join(folder, 'missing');
  expect(() => readGiven(missing)).toThrow(new StartupError(`${missing} cannot be read: there is no such file.`));
  expect(() => readGiven(folder)).toThrow(new StartupError(`${folder} cannot be read: it is a folder.`));
});
