import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channels } from '#schema/channels.ts';
import type { ChannelManifest } from '#gateway/channelManifest.ts';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

/** The tasks that plan the trusted documents of each channel, so that a channel that starts has not to. */
export const channelPlans = (): GenerateTask[] =>
  channels.flatMap(({ name }) => {
    const supergraph = `generated/channels/${name}.supergraph.graphql`;
    if (!existsSync(join(root, supergraph))) return [];
    const output = `generated/channels/${name}.plans.json`;
    return [
      {
        name: `plans/${name}`,
        inputs: [
          supergraph,
          `bffs/${name}/channel.ts`,
          `bffs/${name}/operations`,
          'rest/v1',
          'rest/v2',
          'schema/scopes.ts',
          ...['documents', 'execution', 'graph', 'rest', 'streams', 'serve/planChannel.ts'].map(
            (part) => `gateway/src/${part}`,
          ),
          'scripts/generate/channelPlans.ts',
        ],
        outputs: [output],
        run: async () => {
          const { planChannel } = await import('#gateway/serve/planChannel.ts');
          const { default: manifest } = (await import(`../../bffs/${name}/channel.ts`)) as { default: ChannelManifest };
          writeIfChanged(output, planChannel(manifest, readFileSync(join(root, supergraph), 'utf8')));
        },
      },
    ];
  });
