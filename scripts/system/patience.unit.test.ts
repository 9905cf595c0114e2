import { expect, it, vi } from 'vitest';
import { NotAvailableAtStart, StartupError } from '#platform/config/startupError.ts';
import { patience } from './patience.ts';

const log = () => ({ warn: vi.fn() });
const failing = (...errors: Error[]) => {
  const left = [...errors];
  return vi.fn(async () => {
    const error = left.shift();
    if (error) throw error;
    return 'done';
  });
};

it('tries again what may pass, and tells each time why', async () => {
  const told = log();
  const refused = new NotAvailableAtStart('PostgreSQL is not reached');
  const shutDown = Object.assign(new Error('terminating connection'), { code: '57P01' });
  const attempt = failing(refused, shutDown);
  expect(await patience({ START_PATIENCE_SECONDS: 30 }, told)(attempt)).toBe('done');
  expect(attempt).toHaveBeenCalledTimes(3);
  expect(told.warn.mock.calls.map(([fields]) => fields as unknown)).toEqual([
    { err: refused, failures: 1 },
    { err: shutDown, failures: 2 },
  ]);
});

it('rejects at once with what cannot pass', async () => {
  const told = log();
  for (const error of [new StartupError('KAFKA_BROKERS is missing'), new TypeError('a fault of ours')]) {
    const attempt = failing(error);
    await expect(patience({ START_PATIENCE_SECONDS: 30 }, told)(attempt)).rejects.toBe(error);
    expect(attempt).toHaveBeenCalledTimes(1);
  }
  expect(told.warn).not.toHaveBeenCalled();
});

it('gives up with the last reason when the time that all parts share is over', async () => {
  const told = log();
  const patiently = patience({ START_PATIENCE_SECONDS: 0.6 }, told);
  const always = vi.fn(async () => {
    throw new NotAvailableAtStart('Kafka cannot be used');
  });
  await expect(patiently(always)).rejects.toThrow('Kafka cannot be used');
  expect(always.mock.calls.length).toBeGreaterThan(1);
  always.mockClear();
  await expect(patience({ START_PATIENCE_SECONDS: 0 }, told)(always)).rejects.toThrow('Kafka cannot be used');
  expect(always).toHaveBeenCalledTimes(1);
});
