import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeOwnership } from '#platform/postgres/ownership.ts';
import { prefixOfRuns, removeLeftOvers } from './folderSetup.ts';
import { temporaryFolder } from './temporaryFolder.ts';

it('removes the folder of a run whose process is gone, and no other', () => {
  const directory = temporaryFolder('left-overs');
  const of = (name: string): string => {
    const folder = join(directory, name);
    mkdirSync(folder);
    return folder;
  };
  const [killed, running, begun, foreign] = [
    of(`${prefixOfRuns}killed`),
    of(`${prefixOfRuns}running`),
    of(`${prefixOfRuns}begun`),
    of('of-somebody-else'),
  ];
  // Another process has this id now: the one that owned the folder began at another time.
  writeFileSync(join(killed, 'owner.json'), JSON.stringify({ pid: process.pid, startedAt: 'once' }));
  takeOwnership(running);
  utimesSync(foreign, 0, 0);

  removeLeftOvers(directory);

  expect([killed, running, begun, foreign].map((folder) => existsSync(folder))).toEqual([false, true, true, true]);
});

it('every test has a folder of its run', () => {
  expect(process.env['TEST_FOLDER']).toContain(prefixOfRuns);
});
