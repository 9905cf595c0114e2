import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryCourierMoved } from '#schema/events/delivery.ts';
import type { Background } from '#platform/subgraph/defineSubgraph.ts';
import type { Deliveries } from './context.ts';
import { positionsOf, type CourierPosition } from './positions.ts';

const writeIntervalMs = 1_000;
const couriersPerTransaction = 50;

/**
 * Stores and publishes the positions that couriers report: a first one at once, then at most one a second for each
 * courier, always the latest. When the process shuts down it stores what is still in memory.
 */
export const storePositions = (domain: Deliveries): Background => ({
  name: 'courier positions',
  async run(signal) {
    const positions = positionsOf(domain);
    while (!signal.aborted) {
      await positions.nextReport(signal);
      await writeWaiting(domain);
      await sleep(writeIntervalMs, undefined, { signal }).catch(() => undefined);
    }
    await writeWaiting(domain);
  },
});

/** Stores all positions that are not stored yet, with one event for each courier whose stored position changed. */
export async function writeWaiting(domain: Deliveries): Promise<void> {
  const positions = positionsOf(domain);
  const waiting = positions.snapshot();
  for (let from = 0; from < waiting.length; from += couriersPerTransaction) {
    const some = waiting.slice(from, from + couriersPerTransaction);
    await write(domain, some);
    positions.stored(some);
  }
}

/**
 * The positions must be in the order of courier ids, so that all writers lock rows in the same order. A position that
 * is older than the stored one, which another replica received, is dropped.
 */
async function write(domain: Deliveries, positions: readonly CourierPosition[]): Promise<void> {
  await domain.transaction(async (tx) => {
    const ids = positions.map(({ courierId }) => courierId);
    await tx.$queryRaw`SELECT 1 FROM courier WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`;
    const stored = await tx.$queryRaw<{ id: string }[]>`
      UPDATE courier SET latitude = told.latitude, longitude = told.longitude, position_at = told.at
      FROM unnest(
        ${ids}::uuid[], ${positions.map(({ position }) => position.latitude)}::float8[],
        ${positions.map(({ position }) => position.longitude)}::float8[], ${positions.map(({ at }) => at.toISOString())}::timestamptz[]
      ) AS told (id, latitude, longitude, at)
      WHERE courier.id = told.id AND (position_at IS NULL OR position_at <= told.at)
      RETURNING courier.id::text`;
    const moved = new Set(stored.map(({ id }) => id));
    await domain.events.appendAll(
      tx,
      positions
        .filter(({ courierId }) => moved.has(courierId))
        .map(({ courierId, position, at }) => ({
          expectedVersion: null,
          events: [DeliveryCourierMoved.of({ courierId, ...position, at: at.toISOString() })],
        })),
    );
  });
}
