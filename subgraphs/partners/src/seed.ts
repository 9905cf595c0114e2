import { seedId } from '#schema/seed/seedId.ts';
import type { Partners } from './context.ts';

/** One partner with one app, which may send its key as it is: a first call takes one line of curl. */
export async function seed({ db, clock }: Partners): Promise<void> {
  const [partnerId, appId] = [seedId('partner', 1), seedId('partner-app', 1)];
  await db.partner.createMany({
    data: [{ id: partnerId, name: 'Lunchbox GmbH', openedAt: clock() }],
    skipDuplicates: true,
  });
  await db.app.createMany({
    data: [
      {
        id: appId,
        partnerId,
        name: 'lunchbox',
        scopes: ['catalog:read'],
        signing: 'OPTIONAL',
        addresses: [],
        orderStoreIds: [],
      },
    ],
    skipDuplicates: true,
  });
}
