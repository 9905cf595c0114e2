import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { visitInTurn } from './visitInTurn.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const visits = (members: Set<number>, everyMs: number) => {
  const visited: number[] = [];
  const timer = visitInTurn(members, everyMs, (member) => visited.push(member));
  return { visited, timer };
};

it('visits each member once per period, a few at a time', () => {
  const { visited, timer } = visits(new Set(Array.from({ length: 1_000 }, (_, n) => n)), 10_000);
  let most = 0;
  for (let step = 0; step < 100; step += 1) {
    const before = visited.length;
    vi.advanceTimersByTime(100);
    most = Math.max(most, visited.length - before);
  }
  expect(most).toBeLessThanOrEqual(11);
  expect([...visited].sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
  vi.advanceTimersByTime(10_000);
  expect(visited).toHaveLength(2_000);
  expect(new Set(visited.slice(1_000)).size).toBe(1_000);
  clearInterval(timer);
});

it('visits a few members as often, and does nothing without members', () => {
  const members = new Set<number>();
  const { visited, timer } = visits(members, 1_000);
  vi.advanceTimersByTime(5_000);
  expect(visited).toEqual([]);
  members.add(1).add(2).add(3);
  vi.advanceTimersByTime(4_000);
  for (const member of members) expect(visited.filter((each) => each === member).length).toBeGreaterThanOrEqual(3);
  expect(visited.length).toBeLessThanOrEqual(13);
  clearInterval(timer);
});

it('visits members that are added, not those removed, and none once its timer is cleared', () => {
  const members = new Set([1, 2, 3]);
  const { visited, timer } = visits(members, 300);
  vi.advanceTimersByTime(100);
  expect(visited).toEqual([1]);
  members.delete(2);
  members.add(4);
  vi.advanceTimersByTime(200);
  expect(visited).toEqual([1, 3, 4]);
  clearInterval(timer);
  vi.advanceTimersByTime(1_000);
  expect(visited).toHaveLength(3);
});
