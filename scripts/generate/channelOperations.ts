import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { channels } from '#schema/channels.ts';
import { filesBelow, root } from './task.ts';
import { generatedNote, typeConfig } from './typeConfig.ts';

/**
 * The part of the configuration in codegen.ts that turns each channel's documents into typed constants,
 * `generated/bffs/<channel>/operations.ts`. The documents are checked against the channel's contract.
 */
export function channelOperations(): CodegenConfig['generates'] {
  const ready = channels.filter(
    ({ name }) =>
      existsSync(join(root, `schema/channels/${name}.graphql`)) &&
      filesBelow(`bffs/${name}/operations`).some((path) => path.endsWith('.graphql')),
  );
  return Object.fromEntries(
    ready.map(({ name }) => [
      `generated/bffs/${name}/operations.ts`,
      {
        schema: `schema/channels/${name}.graphql`,
        documents: `bffs/${name}/operations/**/*.graphql`,
        plugins: [generatedNote, 'typescript-operations', 'typed-document-node'],
        config: { ...typeConfig, skipTypeNameForRoot: true },
      },
    ]),
  );
}
