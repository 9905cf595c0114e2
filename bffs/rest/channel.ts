import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { partnerRates } from '../partner/rates.ts';

/**
 * REST for whoever speaks no GraphQL: the routes under `rest/`, each a document with a path. Its contract has what any
 * of the apps has, and its callers are those of all of them, and the programs of partners; what a role or an app may
 * not use is refused field by field.
 */
export default {
  name: 'rest',
  tags: ['public', 'mobile', 'web', 'kiosk', 'delivery', 'staff'],
  directory: new URL('.', import.meta.url),
  routes: new URL('../../rest/', import.meta.url),
  auth: {
    roles: ['customer', 'kiosk', 'courier', 'kitchen', 'manager', 'support', 'admin', 'partner'],
    anonymous: true,
    apps: true,
  },
  // Programs that follow an order ask for it again and again, and everybody asks for stores and menus.
  cache: {
    operations: {
      GetOrder: { maxAgeSeconds: 0, keep: { for: 'caller', seconds: 15 } },
      GetStore: { maxAgeSeconds: 0, keep: { for: 'public', seconds: 15 } },
      ListStores: { maxAgeSeconds: 60, keep: { for: 'public', seconds: 60 } },
      ListMenuEntries: { maxAgeSeconds: 15, keep: { for: 'public', seconds: 15 } },
      ListCategories: { maxAgeSeconds: 60, keep: { for: 'public', seconds: 60 } },
      GetItem: { maxAgeSeconds: 60, keep: { for: 'public', seconds: 60 } },
    },
  },
  appRates: partnerRates,
} satisfies ChannelManifest;
