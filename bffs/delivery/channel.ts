import type { ChannelManifest } from '#gateway/channelManifest.ts';

/** The app of the couriers: their jobs, the way to them, and nothing that a courier need not know, such as prices. */
export default {
  name: 'delivery',
  tags: ['public', 'delivery'],
  directory: new URL('.', import.meta.url),
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  // A courier follows their own route and position, and nothing else.
  streams: { maxSubscriptionsPerSocket: 10 },
  auth: { roles: ['courier'], anonymous: false },
} satisfies ChannelManifest;
