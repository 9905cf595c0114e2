import { spawnSync } from 'node:child_process';
import pino from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { builtModules } from '#platform/testkit/builtScript.ts';
import { keepMembership } from './keepMembership.ts';

const file = JSON.stringify(await builtModules(new URL('keepMembership.ts', import.meta.url)));

it('joins at last though a process that only starts has nothing else to live for', () => {
  // Nothing holds this process but the wait between two tries.
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
    const { keepMembership } = await import(${file});
    let tries = 0;
    const join = async () => {
      tries += 1;
      if (tries < 3) throw new Error('the broker starts');
      return { lost: new Promise(() => undefined), leave: async () => undefined, heardAt: () => performance.now() };
    };
    await keepMembership({ what: 'it', log: { warn() {} }, join });
    console.log('joined');
  `,
    ],
    { encoding: 'utf8' },
  );
  expect([stdout.trim(), status]).toEqual(['joined', 0]);
});

describe('a member whose client says nothing', () => {
  afterEach(() => vi.useRealTimers());
  const log = pino({ level: 'silent' });
  const never = new Promise<never>(() => undefined);

  it('joins again when it has heard of no fetch and heartbeat for long, also where the client hangs as it leaves', async () => {
    vi.useFakeTimers();
    let joined = 0;
    let abandoned = 0;
    const kept = await keepMembership({
      what: 'it',
      log,
      join: async () => {
        joined += 1;
        return { lost: never, leave: () => never, heardAt: () => 0 };
      },
      onLost: () => (abandoned += 1),
    });
    expect([joined, abandoned]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(joined).toBeGreaterThan(1);
    expect(abandoned).toBeGreaterThanOrEqual(joined - 1);
    const left = kept.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    await left;
  });

  it('stays as long as it hears', async () => {
    vi.useFakeTimers();
    let joined = 0;
    const kept = await keepMembership({
      what: 'it',
      log,
      join: async () => {
        joined += 1;
        return { lost: never, leave: async () => undefined, heardAt: () => performance.now() };
      },
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(joined).toBe(1);
    await kept.leave();
  });
});
