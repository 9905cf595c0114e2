import type { ChannelManifest } from '#gateway/channelManifest.ts';

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
  mcp: {},
  viewResolvers: async () => (await import('./src/viewResolvers.ts')).viewResolvers,
  // Of each app, by whatever key, and of each developer. A program asks for many people, but changes nothing.
  rates: { requestsPerMinute: 1_200, mutationsPerMinute: 60 },
  auth: { roles: ['partner', 'vendor'], anonymous: false, apps: true },
} satisfies ChannelManifest;
