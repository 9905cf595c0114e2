import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDatabaseClock } from './databaseClock.ts';

const minute = 60_000;

describe('the clock of a database', () => {
  const warn = vi.fn();
  const info = vi.fn();
  /** What the clock of the database says. */
  let databaseTime: () => number;
  const query = vi.fn(async () => ({ rows: [{ time: databaseTime() }] }));
  const clock = () => createDatabaseClock({ query } as never, { warn, info } as never);

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-06-01T12:00:00Z') });
    databaseTime = Date.now;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  it.each([10, -10])('is that of all processes, also of one that is %d minutes ahead', async (minutes) => {
    databaseTime = () => Date.now() - minutes * minute;
    const shared = clock();
    await shared.compare();
    expect(shared.now()).toEqual(new Date(Date.now() - minutes * minute));
    expect(shared.aheadSeconds()).toBe(minutes * 60);
    vi.advanceTimersByTime(5_000);
    expect(shared.now()).toEqual(new Date(Date.now() - minutes * minute));
    await shared.compare();
    expect(warn).toHaveBeenCalledExactlyOnceWith({ aheadSeconds: minutes * 60 }, expect.stringContaining('clock'));
  });

  it('is the own clock as it is while the two agree', async () => {
    databaseTime = () => Date.now() - 400;
    const shared = clock();
    await shared.compare();
    expect(shared.now()).toEqual(new Date());
    expect(warn).not.toHaveBeenCalled();
  });

  it('holds while somebody sets the clock of the machine right, and says that both agree again', async () => {
    databaseTime = () => Date.now() - 10 * minute;
    const shared = clock();
    await shared.compare();
    vi.setSystemTime(Date.now() - 10 * minute);
    expect(shared.now()).toEqual(new Date());
    databaseTime = Date.now;
    await shared.compare();
    expect(shared.aheadSeconds()).toBe(0);
    expect(shared.now()).toEqual(new Date());
    expect(info).toHaveBeenCalledOnce();
  });

  it('stays as it was when the database is away, or too slow to tell', async () => {
    const shared = clock();
    query.mockRejectedValueOnce(new Error('gone'));
    await shared.compare();
    query.mockImplementation(async () => {
      vi.advanceTimersByTime(3_000);
      return { rows: [{ time: Date.now() - 10 * minute }] };
    });
    await shared.compare();
    expect(shared.now()).toEqual(new Date());
    expect(warn).not.toHaveBeenCalled();
  });
});
