import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { partnerRates } from './rates.ts';

/**
 * Companies that build on the chain's graph. Their programs come with API keys and execute documents that were
 * registered for them; their developers sign in with a token, and register documents and make keys here. Those who sell
 * beside the chain answer their orders here.
 */
export default {
  name: 'partner',
  tags: ['public', 'partner'],
  directory: new URL('.', import.meta.url),
  pages: ['portal'],
  callsRest: true,
  mcp: {},
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  rates: partnerRates,
  auth: { roles: ['partner', 'vendor'], anonymous: false, apps: true },
} satisfies ChannelManifest;
