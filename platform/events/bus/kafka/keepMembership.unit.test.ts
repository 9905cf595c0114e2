import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const file = JSON.stringify(new URL('keepMembership.ts', import.meta.url).href);

it('joins at last though a process that only starts has nothing else to live for', () => {
  // Nothing holds this process but the wait between two tries.
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `
    const { keepMembership } = await import(${file});
    let tries = 0;
    const join = async () => {
      tries += 1;
      if (tries < 3) throw new Error('the broker starts');
      return { lost: new Promise(() => undefined), leave: async () => undefined };
    };
    await keepMembership({ what: 'it', log: { warn() {} }, join });
    console.log('joined');
  `,
    ],
    { encoding: 'utf8' },
  );
  expect([stdout.trim(), status]).toEqual(['joined', 0]);
});
