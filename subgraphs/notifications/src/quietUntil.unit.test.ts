import { describe, expect, it } from 'vitest';
import { quietUntil } from './quietUntil.ts';

const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
const until = (at: string, hours = night) => quietUntil(hours, new Date(at))?.toISOString() ?? null;

describe('quietUntil', () => {
  it('goes over midnight, and ends at the minute', () => {
    expect(until('2026-01-15T20:59:59Z')).toBeNull();
    expect(until('2026-01-15T21:00:00Z')).toBe('2026-01-16T06:00:00.000Z');
    expect(until('2026-01-16T05:59:59Z')).toBe('2026-01-16T06:00:00.000Z');
    expect(until('2026-01-16T06:00:00Z')).toBeNull();
  });

  it('is an hour shorter on the night on which summer time begins, and an hour longer when it ends', () => {
    expect(until('2026-03-28T21:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until('2026-10-24T20:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
  });

  it('ends where the clock skips its end, and twice where the clock shows it twice', () => {
    const skipped = { from: '01:00', to: '02:30', timeZone: 'Europe/Berlin' };
    expect(until('2026-03-29T00:30:00Z', skipped)).toBe('2026-03-29T01:00:00.000Z');
    expect(until('2026-10-25T00:10:00Z', skipped)).toBe('2026-10-25T00:30:00.000Z');
    expect(until('2026-10-25T01:10:00Z', skipped)).toBe('2026-10-25T01:30:00.000Z');
  });

  it('knows hours within a day, other zones, and half hours', () => {
    expect(until('2026-06-01T12:30:00Z', { from: '13:00', to: '15:00', timeZone: 'Europe/London' })).toBe(
      '2026-06-01T14:00:00.000Z',
    );
    expect(until('2026-06-01T17:00:00Z', { ...night, timeZone: 'Asia/Kolkata' })).toBe('2026-06-02T01:30:00.000Z');
  });
});
