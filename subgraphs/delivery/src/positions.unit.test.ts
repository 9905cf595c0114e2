import { describe, expect, it } from 'vitest';
import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Deliveries } from './context.ts';
import { latestPosition, PositionBuffer, positionsOf, type CourierPosition } from './positions.ts';

const at = (courierId: string, latitude: number): CourierPosition => ({
  courierId,
  position: { latitude, longitude: 0 },
  at: new Date(latitude),
});

describe('PositionBuffer', () => {
  it('keeps the latest of each courier, in order of their ids', () => {
    const buffer = new PositionBuffer();
    for (let n = 0; n < 1_000; n++) buffer.report(at(`courier-${n % 20}`, n));
    expect(buffer.snapshot()).toHaveLength(20);
    expect(buffer.snapshot().map(({ courierId }) => courierId)).toEqual(
      [...new Set(buffer.snapshot().map(({ courierId }) => courierId))].sort(),
    );
    expect(buffer.latest('courier-19')?.position.latitude).toBe(999);
  });

  it('keeps positions that are reported during a write, and those that could not be written', () => {
    const buffer = new PositionBuffer();
    buffer.report(at('a', 1));
    buffer.report(at('b', 1));
    const writing = buffer.snapshot();
    buffer.report(at('a', 2));
    expect(buffer.latest('b')).toBeDefined();
    buffer.stored(writing);
    expect(buffer.snapshot()).toEqual([at('a', 2)]);
  });

  it('has the latest position for a reader whose row is older than the last write; newer rows of other processes win', () => {
    const domain = { pool: {} } as Pick<Deliveries, 'pool'>;
    const row = (latitude: number) => ({ id: 'a', latitude, longitude: 0, positionAt: new Date(latitude) }) as Courier;
    const before = row(1);
    positionsOf(domain).report(at('a', 2));
    positionsOf(domain).stored(positionsOf(domain).snapshot());
    expect(latestPosition(domain, before)).toEqual(at('a', 2));
    expect(latestPosition(domain, row(3))).toEqual(at('a', 3));
  });

  it('wakes a waiting writer on a report, and on abort', async () => {
    const buffer = new PositionBuffer();
    const controller = new AbortController();
    const woken = buffer.nextReport(controller.signal);
    buffer.report(at('a', 1));
    await woken;
    buffer.stored(buffer.snapshot());
    const stopped = buffer.nextReport(controller.signal);
    controller.abort();
    await stopped;
  });

  it('asks the database once whether a courier exists', async () => {
    const buffer = new PositionBuffer();
    let asked = 0;
    const exists = (answer: boolean) => () => {
      asked += 1;
      return Promise.resolve(answer);
    };
    expect(await buffer.knows('a', exists(false))).toBe(false);
    expect(await buffer.knows('a', exists(true))).toBe(true);
    expect(await buffer.knows('a', exists(false))).toBe(true);
    expect(asked).toBe(2);
  });
});
