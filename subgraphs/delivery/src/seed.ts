import { seedId } from '#schema/seed/seedId.ts';
import { seedStores } from '#schema/seed/stores.ts';
import type { Deliveries } from './context.ts';
import { sealDisplayName } from './displayName.ts';

const couriers = 30;
const nearDemoStore = 6;
const firstNames = [
  'Kim',
  'Alex',
  'Sam',
  'Noor',
  'Jules',
  'Robin',
  'Mika',
  'Sascha',
  'Luca',
  'Charlie',
  'Deniz',
  'Toni',
  'Andrea',
  'Yuki',
  'Ren',
] as const;

/**
 * Seeds 30 couriers with positions: the first six around the store in Berlin, each other one around a store of its
 * own.
 */
export async function seed(domain: Deliveries): Promise<void> {
  await domain.db.courier.createMany({
    data: Array.from({ length: couriers }, (_, index) => {
      const n = index + 1;
      const id = seedId('courier', n);
      const store = seedStores[n <= nearDemoStore ? 0 : ((n % 4) * 52 + n) % seedStores.length]!;
      return {
        id,
        ...sealDisplayName(domain, id, firstNames[index % firstNames.length]!),
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
