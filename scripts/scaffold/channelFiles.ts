/**
 * The files of the smallest channel: one document, no view fields. It sees what the website sees, because hardly any
 * root field is visible to all channels.
 */
export function channelFiles(name: string): Record<string, string> {
  const words = name.split('-').map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  const operation = `${words.join('')}StartPage`;
  return {
    'channel.ts': `import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * Say here whom this channel is for. For now it sees what the website sees: tag further fields with "${name}" to add
 * them, and remove "web" below to see only those. A schema.graphql beside this file adds view fields.
 */
export default {
  name: '${name}',
  tags: ['public', 'web', '${name}'],
  directory: new URL('.', import.meta.url),
  auth: { roles: ['customer'], anonymous: true },
} satisfies ChannelManifest;
`,
    [`operations/${operation[0]?.toLowerCase()}${operation.slice(1)}.graphql`]: `# What the first screen shows. In production a channel runs no documents but those in this folder.
query ${operation} {
  menuCategories { id name }
}
`,
  };
}
