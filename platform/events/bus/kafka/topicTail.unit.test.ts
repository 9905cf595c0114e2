import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { builtModules } from '#platform/testkit/builtScript.ts';

const file = JSON.stringify(await builtModules(new URL('topicTail.ts', import.meta.url)));

it('goes on where a broker is lost before a tail is live, though a process that only starts has nothing else to live for', () => {
  // Nothing holds this process but the wait for the broker.
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
    const { TopicTail } = await import(${file});
    let joined = 0;
    const client = {
      offsets: async (topic, since) => new Map([[0, since === undefined ? 1 : 0]]),
      follow: async (topic, next, take) => {
        joined += 1;
        if (joined === 1) return { lost: Promise.resolve(new Error('the broker went away')), leave: async () => undefined, heardAt: () => performance.now() };
        take(0, [], 1);
        return { lost: new Promise(() => undefined), leave: async () => undefined, heardAt: () => performance.now() };
      },
    };
    await new TopicTail({ topic: 'orders.v1', client, log: { warn() {} }, ensure: async () => undefined, onLost() {} }).hear(() => undefined);
    console.log('live');
  `,
    ],
    { encoding: 'utf8' },
  );
  expect([stdout.trim(), status]).toEqual(['live', 0]);
});
