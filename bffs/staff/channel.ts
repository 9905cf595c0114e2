import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * The people who run the chain: the kitchens with their screens, the managers of stores, and admins. Its contract holds
 * whatever one of them may do; what a role may not do is refused field by field, and rows of another store by the
 * domains. Nothing of a customer but their orders is in it.
 */
export default {
  name: 'staff',
  tags: ['public', 'staff'],
  directory: new URL('.', import.meta.url),
  pages: ['kitchen', 'office'],
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  auth: { roles: ['kitchen', 'manager', 'admin'], anonymous: false },
} satisfies ChannelManifest;
