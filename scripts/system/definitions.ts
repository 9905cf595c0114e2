import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import type { SubgraphDefinition } from '#platform/subgraph/defineSubgraph.ts';
import { subgraphs, type SubgraphEntry } from '#schema/subgraphs.ts';

const root = new URL('../..', import.meta.url).pathname;

export interface RegisteredSubgraph {
  readonly entry: SubgraphEntry;
  readonly definition: SubgraphDefinition;
}

/** Folder of a subgraph's migrations. */
export const migrationsOf = (name: string): string => join(root, 'subgraphs', name, 'prisma/migrations');

const mainOf = (name: string): string => join(root, 'subgraphs', name, 'src/main.ts');

/** Names in the registry that have no code. */
export const missingSubgraphs = (): string[] => subgraphs.filter(({ name }) => !existsSync(mainOf(name))).map(({ name }) => name);

/** Loads the definitions of these subgraphs, by default of all that have code. Needs what `generate` makes. */
export function loadDefinitions(entries: readonly SubgraphEntry[] = subgraphs.filter(({ name }) => existsSync(mainOf(name)))): Promise<RegisteredSubgraph[]> {
  return Promise.all(entries.map(async (entry) => {
    if (!existsSync(mainOf(entry.name))) throw new StartupError(`subgraphs/${entry.name}/src/main.ts does not exist.`);
    const { default: definition } = (await import(mainOf(entry.name))) as { default: SubgraphDefinition };
    return { entry, definition };
  }));
}
