import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channels } from '#schema/channels.ts';
import { generatedNote, typeConfig } from './resolverTypes.ts';
import { filesBelow, root, writeIfChanged, type GenerateTask } from './task.ts';

/** A channel's documents as typed constants: `generated/bffs/<channel>/operations.ts`, checked against the channel's contract. */
export function channelOperations(): GenerateTask[] {
  return channels.flatMap(({ name }) => {
    const schema = `schema/channels/${name}.graphql`;
    const folder = `bffs/${name}/operations`;
    const documents = filesBelow(folder).filter((path) => path.endsWith('.graphql'));
    if (!existsSync(join(root, schema)) || documents.length === 0) return [];
    const output = `generated/bffs/${name}/operations.ts`;
    return [{
      name: `operations/${name}`,
      inputs: [schema, folder, 'scripts/generate/channelOperations.ts', 'scripts/generate/resolverTypes.ts'],
      outputs: [output],
      run: async () => {
        const [{ codegen }, operations, typedDocuments, { parse }] = await Promise.all([
          import('@graphql-codegen/core'),
          import('@graphql-codegen/typescript-operations'),
          import('@graphql-codegen/typed-document-node'),
          import('graphql'),
        ]);
        const text = await codegen({
          filename: output,
          schema: parse(readFileSync(join(root, schema), 'utf8')),
          documents: documents.map((path) => ({ location: path, document: parse(readFileSync(join(root, path), 'utf8')) })),
          config: { ...typeConfig, skipTypeNameForRoot: true },
          plugins: [{ add: {} }, { operations: {} }, { typedDocuments: {} }],
          pluginMap: { add: generatedNote, operations, typedDocuments },
        });
        writeIfChanged(output, text);
      },
    }];
  });
}
