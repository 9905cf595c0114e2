import type { ChannelManifest } from '#gateway/channelManifest.ts';

/** The website: large screens, guests who look around without signing in, pages that a shared cache may keep. */
export default {
  name: 'web',
  tags: ['public', 'web'],
  directory: new URL('.', import.meta.url),
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  cache: {
    operations: {
      StoreMenuPage: { maxAgeSeconds: 15, staleWhileRevalidateSeconds: 60, keep: { for: 'public', seconds: 15 } },
      ItemPage: { maxAgeSeconds: 15, staleWhileRevalidateSeconds: 60 },
      SearchMenu: { maxAgeSeconds: 15, staleWhileRevalidateSeconds: 60 },
      StoreFinder: { maxAgeSeconds: 60, staleWhileRevalidateSeconds: 300 },
      StoresNearby: { maxAgeSeconds: 60, staleWhileRevalidateSeconds: 300 },
      // Positions of couriers of a partner come without an event.
      OrderTrackingPage: { maxAgeSeconds: 0, keep: { for: 'caller', seconds: 5 } },
    },
  },
  images: true,
  mcp: {},
  streams: { maxSubscriptionsPerSocket: 20 },
  // How an order stands is told before anybody browses.
  load: { first: ['OrderTrackingPage'] },
  auth: { roles: ['customer'], anonymous: true },
} satisfies ChannelManifest;
