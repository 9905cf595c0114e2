import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { channels } from '#schema/channels.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { root, type GenerateTask } from './task.ts';

const composer = 'schema/compose/composeAll.ts';

/**
 * Composes `schema/supergraph.graphql` and the contract of every channel from the schemas of subgraphs and channels.
 * These files are committed, so that reviewers see the difference.
 */
export function supergraph(): GenerateTask[] {
  if (!existsSync(join(root, composer))) return [];
  const present = subgraphs.filter(({ name }) => existsSync(join(root, `subgraphs/${name}/schema.graphql`)));
  if (present.length === 0) return [];
  return [
    {
      name: 'supergraph',
      inputs: [
        'schema/base.graphql',
        'schema/subgraphs.ts',
        'schema/channels.ts',
        'schema/compose',
        'rest/v1',
        'rest/v2',
        'gateway/src/rest',
        'schema/events',
        ...subgraphs.map(({ name }) => `subgraphs/${name}/schema.graphql`),
        ...channels.flatMap(({ name }) => [`bffs/${name}/schema.graphql`, `bffs/${name}/channel.ts`]),
      ],
      outputs: [
        'schema/supergraph.graphql',
        ...channels
          .filter(({ name }) => existsSync(join(root, `bffs/${name}/channel.ts`)))
          .flatMap(({ name }) => [`schema/channels/${name}.graphql`, `generated/channels/${name}.supergraph.graphql`]),
      ],
      run: async () => {
        const { composeAll } = await import('#schema/compose/composeAll.ts');
        await composeAll();
      },
    },
  ];
}
