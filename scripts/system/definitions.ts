import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartupError } from '#platform/config/startupError.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { subgraphs, type SubgraphEntry } from '#schema/subgraphs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface RegisteredSubgraph {
  readonly entry: SubgraphEntry;
  readonly definition: SubgraphDefinition;
}

/** The folder of a subgraph's migrations. */
export const migrationsOf = (name: string): string => join(root, 'subgraphs', name, 'prisma/migrations');

const mainOf = (name: string): string => join(root, 'subgraphs', name, 'src/main.ts');

/** Loads the definitions of these subgraphs, by default of all in the registry. Run `generate` before. */
export function loadDefinitions(entries: readonly SubgraphEntry[] = subgraphs): Promise<RegisteredSubgraph[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (!existsSync(mainOf(entry.name)))
        throw new StartupError(
          `schema/subgraphs.ts names ${entry.name}, but subgraphs/${entry.name}/src/main.ts does not exist: add it, or take the line out.`,
        );
      const { default: definition } = (await import(`../../subgraphs/${entry.name}/src/main.ts`)) as {
        default: SubgraphDefinition;
      };
      return { entry, definition };
    }),
  );
}
