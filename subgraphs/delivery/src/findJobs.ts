import type { Courier } from '#generated/delivery/prisma/client.ts';
import type { Deliveries, DeliveryRow } from './context.ts';
import { carried } from './delivery.ts';
import { openDropoff } from './dropoff.ts';
import { latestPosition } from './positions.ts';
import type { Position } from './quote.ts';
import { stopsNearestFirst, type Job, type Stop } from './route.ts';

interface CourierJob extends Job {
  readonly delivery: DeliveryRow;
}

export type CourierStop = Stop<CourierJob>;

export interface CourierRoute {
  readonly courierId: string;
  readonly position: Position | null;
  readonly stops: readonly CourierStop[];
}

/** The next stops of the jobs that a courier carries, the nearest first from their latest position. */
export async function findRoute(domain: Deliveries, courier: Courier): Promise<CourierRoute> {
  const deliveries = await domain.db.delivery.findMany({
    where: { courierId: courier.id, status: { in: [...carried] } },
  });
  const position = latestPosition(domain, courier)?.position ?? null;
  const jobs = deliveries.map((delivery): CourierJob => ({
    id: delivery.id,
    status: delivery.status,
    pickup: { latitude: delivery.pickupLatitude, longitude: delivery.pickupLongitude },
    dropoff: openDropoff(domain, delivery),
    promisedAt: delivery.promisedAt,
    delivery,
  }));
  return { courierId: courier.id, position, stops: stopsNearestFirst(jobs, position) };
}

const earthRadiusMetres = 6_371_000;

/**
 * Open jobs, the one whose store is nearest to the courier first; while the courier's position is unknown, the one
 * that has waited longest first. Distances are by the haversine formula, as in quote.ts.
 */
export async function findOpenJobs(
  domain: Deliveries,
  courier: Courier,
  { first, withinMetres }: { first: number; withinMetres: number | null },
): Promise<DeliveryRow[]> {
  if (!courier.available) return [];
  const from = latestPosition(domain, courier)?.position ?? null;
  const near = await domain.db.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM (
      SELECT id, requested_at, 2 * ${earthRadiusMetres}::float8 * asin(least(1, sqrt(
        sin(radians(pickup_latitude - ${from?.latitude ?? null}::float8) / 2) ^ 2
        + cos(radians(${from?.latitude ?? null}::float8)) * cos(radians(pickup_latitude)) * sin(radians(pickup_longitude - ${from?.longitude ?? null}::float8) / 2) ^ 2
      ))) AS distance FROM delivery
      WHERE status = 'REQUESTED' AND offered_to = 'OWN_COURIERS' AND NOT ${courier.id}::uuid = ANY (given_back_by)
    ) AS open WHERE ${withinMetres}::int IS NULL OR distance IS NULL OR distance <= ${withinMetres}::int
    ORDER BY distance NULLS LAST, requested_at, id LIMIT ${first}`;
  const rows = await domain.db.delivery.findMany({ where: { id: { in: near.map(({ id }) => id) } } });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return near.flatMap(({ id }) => byId.get(id) ?? []);
}
