import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { subgraphs } from '#schema/subgraphs.ts';
import { generatedNote, typeConfig } from './typeConfig.ts';
import { root } from './task.ts';

/** For codegen.ts: the types of each subgraph's resolvers, `generated/<domain>/resolvers.ts`. */
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
          // The executor finds the type of a union's or an interface's value by its `__typename`.
          optionalResolveType: true,
          // A resolver returns what it has at hand; the type's own resolvers add the rest.
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
 * `subgraphs/<domain>/mappers.json`: type name → what its resolvers get as parent and others return for it, such as
 * `#generated/stores/prisma/client.ts#Store as StoreRow`. Types without one take `Partial` of the schema's type.
 */
function mappersOf(name: string): Record<string, string> {
  const path = join(root, `subgraphs/${name}/mappers.json`);
  if (!existsSync(path)) return {};
  const mappers = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  // The plugin splits at `#`; one that begins an import of package.json has to be escaped.
  return Object.fromEntries(Object.entries(mappers).map(([type, source]) => [type, source.replace(/^#/, '\\#')]));
}
