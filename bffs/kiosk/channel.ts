import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * The self-service devices and the order board of a restaurant. Every token is bound to one store: apart from what
 * anybody may know, the contract has no field that reaches another store, and the domains refuse requests about other
 * stores. It has no data of customers.
 */
export default {
  name: 'kiosk',
  tags: ['public', 'kiosk'],
  directory: new URL('.', import.meta.url),
  pages: ['board', 'order'],
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  // The screen of a category holds all that can be chosen for each of its items, and runs on devices of the chain only.
  limits: { cost: 60_000 },
  // All devices of a store show the same menu, and ask for it anew after each event. Prices that begin later send one.
  cache: {
    operations: {
      TileScreen: { maxAgeSeconds: 0, keep: { for: 'store', seconds: 60 } },
      CategoryScreen: { maxAgeSeconds: 0, keep: { for: 'store', seconds: 60 } },
      OrderMenu: { maxAgeSeconds: 0, keep: { for: 'store', seconds: 60 } },
      // A guest asks again and again how the order stands. Each of its events, and of its payment's, lets it go.
      OrderScreen: { maxAgeSeconds: 0, keep: { for: 'caller', seconds: 15 } },
      OrderBoard: { maxAgeSeconds: 0, keep: { for: 'store', seconds: 15 } },
    },
  },
  // How an order stands is told before anybody browses.
  load: { first: ['OrderScreen', 'OrderBoard', 'BoardScreen'] },
  auth: { roles: ['kiosk'], anonymous: false, devices: 'kiosk' },
} satisfies ChannelManifest;
