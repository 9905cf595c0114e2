import { readChain } from '#schema/seed/chain.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Deliveries } from './context.ts';
import { sealDisplayName } from './displayName.ts';

const nearDemoStore = 6;

/**
 * Seeds the couriers of `schema/seed/chain`, ready for work, with positions: the first six around the store in Berlin,
 * each other one around a store of its own.
 */
export async function seed(domain: Deliveries): Promise<void> {
  await domain.db.courier.createMany({
    data: readChain(['couriers']).rows.couriers.map(({ key: id, displayName }, index) => {
      const n = index + 1;
      const store = seedStores[n <= nearDemoStore ? 0 : ((n % 4) * 52 + n) % seedStores.length]!;
      return {
        id,
        ...sealDisplayName(domain, id, displayName),
        available: true,
        // Each courier is at another place a few hundred metres from the store.
        latitude: Number((store.latitude + ((n % 5) - 2) * 0.002).toFixed(6)),
        longitude: Number((store.longitude + ((n % 3) - 1) * 0.003).toFixed(6)),
        // What is old is forgotten at the start: see `forgetTracks.ts`.
        positionAt: domain.clock(),
      };
    }),
    skipDuplicates: true,
  });
}
