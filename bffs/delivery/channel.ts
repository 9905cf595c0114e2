import type { ChannelManifest } from '#gateway/channelManifest.ts';

/** The app of the couriers: their jobs, the way to them, and nothing that a courier need not know, such as prices. */
export default {
  name: 'delivery',
  tags: ['public', 'delivery'],
  directory: new URL('.', import.meta.url),
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  // A courier follows their own route and position, and nothing else.
  streams: { maxSubscriptionsPerSocket: 10 },
  // A phone that was without a net sends the positions that it has kept, in one go.
  rates: { requestsPerMinute: 1_200, mutationsPerMinute: 600 },
  auth: { roles: ['courier'], anonymous: false },
} satisfies ChannelManifest;
