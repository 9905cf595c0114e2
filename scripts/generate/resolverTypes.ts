import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { subgraphs } from '#schema/subgraphs.ts';
import { generatedNote, typeConfig } from './typeConfig.ts';
import { root } from './task.ts';

/**
 * The part of the configuration in codegen.ts that makes each subgraph's resolver types,
 * `generated/<domain>/resolvers.ts`.
 */
export function resolverTypes(): CodegenConfig['generates'] {
  const present = subgraphs.filter(({ name }) => existsSync(join(root, `subgraphs/${name}/schema.graphql`)));
  return Object.fromEntries(
    present.map(({ name }) => [
      `generated/${name}/resolvers.ts`,
      {
        schema: ['schema/base.graphql', `subgraphs/${name}/schema.graphql`],
        plugins: [generatedNote, 'typescript', 'typescript-resolvers'],
        config: {
          ...typeConfig,
          federation: true,
          maybeValue: 'T | null | undefined',
          // No `__resolveType` is needed: the executor finds the type of a union's value by its `__typename`.
          optionalResolveType: true,
          // A resolver may return an object with only some of the fields; the type's own resolvers add the others.
          defaultMapper: 'Partial<{T}>',
          contextType: existsSync(join(root, contextOf(name))) ? `\\#${contextOf(name)}#Context` : 'unknown',
          mappers: mappersOf(name),
        },
      },
    ]),
  );
}

const contextOf = (name: string): string => `subgraphs/${name}/src/context.ts`;

/**
 * Reads `subgraphs/<domain>/mappers.json`. It maps a GraphQL type to the TypeScript type that resolvers return for it
 * and that its own field resolvers get as parent, such as `#generated/stores/prisma/client.ts#Store as StoreRow`. For
 * other types that is `Partial` of the schema's type.
 */
function mappersOf(name: string): Record<string, string> {
  const path = join(root, `subgraphs/${name}/mappers.json`);
  if (!existsSync(path)) return {};
  const mappers = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  // The plugin splits a mapper at `#`, so the `#` that begins an import name of package.json has to be escaped.
  return Object.fromEntries(Object.entries(mappers).map(([type, source]) => [type, source.replace(/^#/, '\\#')]));
}
