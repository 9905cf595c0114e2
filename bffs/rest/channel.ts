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
  appRates: partnerRates,
} satisfies ChannelManifest;
