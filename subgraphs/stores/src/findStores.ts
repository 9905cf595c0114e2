import type { Prisma } from '#generated/stores/prisma/client.ts';
import type { StoreFilter } from '#generated/stores/resolvers.ts';
import { pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import { literally } from '#platform/subgraph/literally.ts';
import type { Stores } from './context.ts';
import { openingOf, withDays, type NearbyRow, type StoreRow } from './store.ts';

const whereOf = (filter: StoreFilter | null | undefined): Prisma.StoreWhereInput => ({
  closedAt: null,
  ...(filter?.country && { country: filter.country }),
  ...(filter?.city && { city: { startsWith: literally(filter.city), mode: 'insensitive' as const } }),
  ...(filter?.services?.length && { services: { hasEvery: [...filter.services] } }),
  ...(filter?.orderableNow && { accepting: true }),
});

const orderable = (store: StoreRow, filter: StoreFilter | null | undefined, now: Date) =>
  !filter?.orderableNow || openingOf(store, now).open;

export const storeList = pagedList('stores', [sortable.text, sortable.id]);

/**
 * Stores in the order of their names. Whether a store is open follows from rules and cannot be asked of a column, so
 * `orderableNow` is applied here: pages are read from the database until enough stores are open, which is bounded by
 * the number of stores.
 */
export async function findStores(
  domain: Stores,
  filter: StoreFilter | null | undefined,
  page: Page<readonly [string, string]>,
): Promise<StoreRow[]> {
  const found: StoreRow[] = [];
  const now = domain.clock();
  const batch = page.limit + 1;
  let { after } = page;
  for (;;) {
    const behind: Prisma.StoreWhereInput = after
      ? { OR: [{ name: { gt: after[0] } }, { name: after[0], id: { gt: after[1] } }] }
      : {};
    const rows = await domain.db.store.findMany({
      where: { AND: [whereOf(filter), behind] },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: batch,
      include: withDays,
    });
    found.push(...rows.filter((row) => orderable(row, filter, now)));
    const last = rows.at(-1);
    if (found.length >= batch || rows.length < batch || !last) return found.slice(0, batch);
    after = [last.name, last.id];
  }
}

const earthRadiusMetres = 6_371_008.8;

export interface Near {
  readonly latitude: number;
  readonly longitude: number;
  readonly withinMetres: number;
  readonly first: number;
}

/**
 * Stores around a position, nearest first. The distance is along the great circle (haversine formula, mean radius of
 * the Earth).
 */
export async function findNearestStores(
  domain: Stores,
  near: Near,
  filter: StoreFilter | null | undefined,
): Promise<NearbyRow[]> {
  // A degree of latitude is nowhere less than 110.5 km, so a box of this many degrees contains every store within
  // reach, and the distance has to be computed for the stores in the box only.
  const degrees = near.withinMetres / 110_500;
  const distances = await domain.pool.query<{ id: string; distance: number }>(
    `SELECT id, distance FROM (
       SELECT id, 2 * $1::float8 * asin(least(1, sqrt(
         sin(radians(latitude - $2) / 2) ^ 2 + cos(radians($2)) * cos(radians(latitude)) * sin(radians(longitude - $3) / 2) ^ 2
       ))) AS distance
       FROM store WHERE latitude BETWEEN $2::float8 - $5::float8 AND $2::float8 + $5::float8
     ) AS measured WHERE distance <= $4 ORDER BY distance, id`,
    [earthRadiusMetres, near.latitude, near.longitude, near.withinMetres, degrees],
  );
  const now = domain.clock();
  const rows = await domain.db.store.findMany({
    where: { AND: [whereOf(filter), { id: { in: distances.rows.map((row) => row.id) } }] },
    include: withDays,
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return distances.rows
    .flatMap(({ id, distance }) => {
      const store = byId.get(id);
      return store && orderable(store, filter, now) ? [{ store, distanceMetres: Math.round(distance) }] : [];
    })
    .slice(0, near.first);
}
