/**
 * A channel as small as it can be: one document, no view fields. It begins with what the website sees, since hardly any
 * root field is for everybody.
 */
export function channelFiles(name: string): Record<string, string> {
  const operation = `${name[0]?.toUpperCase()}${name.slice(1)}StartPage`;
  return {
    'channel.ts': `import type { ChannelManifest } from '#gateway/channelManifest.ts';

/**
 * Whom it is for, and what sets it apart. It sees what the website sees: tag with "${name}" what it shall see besides,
 * or instead once "web" is taken out. A schema.graphql beside this adds view fields.
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
