import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * The people who run the chain: the kitchens with their screens, the managers of stores, support, auditors, and admins.
 * Its contract has whatever any of them may do. Fields that a role may not use are refused one by one, and the domains
 * refuse rows of another store. Of customers it has their orders, and what support did for them, only.
 */
export default {
  name: 'staff',
  tags: ['public', 'staff'],
  directory: new URL('.', import.meta.url),
  pages: ['kitchen', 'office'],
  operations: true,
  // A picture of an item, in base64, is the largest thing that staff sends.
  limits: { bodyBytes: 1_500_000 },
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  auth: { roles: ['kitchen', 'manager', 'support', 'auditor', 'admin'], anonymous: false, devices: 'kitchen' },
} satisfies ChannelManifest;
