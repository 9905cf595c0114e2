import { describe, expect, it, vi } from 'vitest';
import { createMetrics } from '#platform/telemetry/metrics.ts';
import type { Counterpart } from './counterpart.ts';
import { createOutward, NoAnswer, type CounterpartUnavailable } from './outward.ts';

const bakery: Counterpart = {
  name: 'bakery',
  protocol: 'HTTP',
  timeoutMs: 1_000,
  tryMs: 200,
  tries: 3,
  firstPauseMs: 1,
  atOnce: 2,
  waiting: 1,
  failures: 4,
  openMs: 50,
};
const idempotent = { idempotent: true };
const once = { idempotent: false };

const silent = (arrived = true) => vi.fn(() => Promise.reject<never>(new NoAnswer('nothing', arrived)));
const failureOf = (call: Promise<unknown>): Promise<CounterpartUnavailable> =>
  call.then(
    () => Promise.reject(new Error('it was answered')),
    (error: unknown) => error as CounterpartUnavailable,
  );

describe('a call to a counterpart', () => {
  it('is tried again if that does no harm, and only then', async () => {
    const bread = createOutward(bakery);
    const work = vi.fn(() => Promise.resolve('bread')).mockRejectedValueOnce(new NoAnswer('busy', true));
    expect(await bread.call(work, idempotent)).toBe('bread');
    expect(work).toHaveBeenCalledTimes(2);
    const dangerous = silent();
    expect(await failureOf(bread.call(dangerous, once))).toMatchObject({ why: 'failed', perhapsDone: true });
    expect(dangerous).toHaveBeenCalledTimes(1);
  });

  it('is not tried again after an answer, and a refusal does not count against the counterpart', async () => {
    const bread = createOutward(bakery);
    for (let n = 0; n < 10; n++) {
      const refused = vi.fn(() => Promise.reject(new Error('no such bread')));
      await expect(bread.call(refused, idempotent)).rejects.toThrow('no such bread');
      expect(refused).toHaveBeenCalledTimes(1);
    }
  });

  it('fails at once while the circuit is open, and goes through again when one call was answered', async () => {
    const bread = createOutward(bakery);
    await failureOf(bread.call(silent(), idempotent));
    await failureOf(bread.call(silent(), once));
    const work = vi.fn(() => Promise.resolve('bread'));
    const refused = await failureOf(bread.call(work, idempotent));
    expect(refused).toMatchObject({ name: 'CounterpartUnavailable', why: 'open', perhapsDone: false });
    expect(refused.message).toBe(
      'The bakery has not answered lately, so nothing is sent to it for up to 0.05 s: try later.',
    );
    expect(work).not.toHaveBeenCalled();
    expect(await vi.waitUntil(() => bread.call(work, once).catch(() => undefined), { timeout: 5_000 })).toBe('bread');
    expect(await bread.call(work, once)).toBe('bread');
  });

  it('gives up a try, and itself, when its time is over', async () => {
    const signals: AbortSignal[] = [];
    const asleep = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => undefined);
    };
    const patient = createOutward({ ...bakery, tryMs: 20, tries: 2 });
    expect(await failureOf(patient.call(asleep, idempotent))).toMatchObject({ why: 'late', perhapsDone: true });
    expect(signals).toHaveLength(2);
    const hasty = createOutward({ ...bakery, timeoutMs: 20 });
    expect(await failureOf(hasty.call(asleep, idempotent))).toMatchObject({ why: 'late' });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('says that nothing was done if no try can have arrived', async () => {
    const bread = createOutward(bakery);
    expect(await failureOf(bread.call(silent(false), idempotent))).toMatchObject({ why: 'failed', perhapsDone: false });
    const half = vi
      .fn(() => Promise.reject<never>(new NoAnswer('x', false)))
      .mockRejectedValueOnce(new NoAnswer('x', true));
    expect(await failureOf(createOutward(bakery).call(half, idempotent))).toMatchObject({ perhapsDone: true });
  });

  it('waits for room, and fails at once when too many wait', async () => {
    const bread = createOutward(bakery);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const inside = [1, 2, 3].map(() => bread.call(() => held, once));
    expect(await failureOf(bread.call(() => held, once))).toMatchObject({ why: 'full', perhapsDone: false });
    release();
    await Promise.all(inside);
    await bread.call(() => Promise.resolve(), once);
  });

  it('is counted, and the circuit is shown', async () => {
    const metrics = createMetrics();
    const bread = createOutward({ ...bakery, openMs: 60_000 }, metrics);
    await bread.call(() => Promise.resolve(), once);
    await failureOf(bread.call(silent(), idempotent));
    await failureOf(bread.call(silent(), idempotent));
    const text = await metrics.text();
    for (const line of [
      'drburger_outward_calls_total{counterpart="bakery",outcome="answered"} 1',
      'drburger_outward_calls_total{counterpart="bakery",outcome="failed"} 1',
      'drburger_outward_calls_total{counterpart="bakery",outcome="open"} 1',
      'drburger_outward_retries_total{counterpart="bakery"} 3',
      'drburger_outward_circuit{counterpart="bakery",state="open"} 1',
      'drburger_outward_circuit{counterpart="bakery",state="closed"} 0',
      'drburger_outward_calls{counterpart="bakery",state="running"} 0',
    ])
      expect(text).toContain(line);
  });
});
