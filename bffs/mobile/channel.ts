import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * The app on a phone: one customer, a slow connection that breaks, a small screen. It holds the menu of a store and the
 * customer's orders, and syncs them.
 */
export default {
  name: 'mobile',
  tags: ['public', 'mobile'],
  directory: new URL('.', import.meta.url),
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  cache: {
    operations: {
      Home: { maxAgeSeconds: 15, staleWhileRevalidateSeconds: 60 },
      Item: { maxAgeSeconds: 15, staleWhileRevalidateSeconds: 60 },
      NearbyStores: { maxAgeSeconds: 60, staleWhileRevalidateSeconds: 300 },
      // Positions of couriers of a partner come without an event.
      OrderScreen: { maxAgeSeconds: 0, keep: { for: 'caller', seconds: 5 } },
    },
  },
  // A phone follows an order or two and the courier of one.
  streams: { maxSubscriptionsPerSocket: 20 },
  // How an order stands is told before anybody browses.
  load: { first: ['OrderScreen'] },
  auth: { roles: ['customer'], anonymous: true },
} satisfies ChannelManifest;
