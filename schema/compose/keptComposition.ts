import { print, type DefinitionNode } from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { composeChannel, type ComposedChannel } from './composeChannel.ts';
import { composeGraph } from './composeGraph.ts';
import type { Composition } from './composeSystem.ts';
import type { ContractRules } from './filterToContract.ts';
import type { GraphSource } from './graphSource.ts';
import { KeptFolder, keyOf } from './keptFolder.ts';

/** The full graph and all contracts of a dozen states. */
const kept = {
  graphs: new KeptFolder<string>('graphs', 12),
  contracts: new KeptFolder<ComposedChannel>('contracts', 96),
};

/** Composition that is done once for the same sources, whichever command asks. What is refused is not kept. */
export const keptComposition: Composition = {
  graph: (name, sources) => {
    const key = keyOf([composer(), name, ...textsOf(sources)]);
    const known = kept.graphs.read(key);
    if (known !== undefined) return known;
    const made = composeGraph(name, sources);
    kept.graphs.write(key, made);
    return made;
  },
  channel: (rules, sources, view) => {
    const key = contractKey(rules, sources, view);
    const known = kept.contracts.read(key);
    if (known !== undefined) return known;
    const made = composeChannel(rules, sources, view);
    kept.contracts.write(key, made);
    return made;
  },
};

/** Everything by which the contract of a channel may differ from another. */
export function contractKey(
  { name, tags, routes }: ContractRules,
  sources: readonly GraphSource[],
  view: GraphSource | undefined,
): string {
  const documents = routes ? loadRoutes(routes).map(({ document }) => print(document)) : [];
  const rules = JSON.stringify([name, tags, documents, view === undefined]);
  return keyOf([composer(), rules, ...textsOf([...sources, ...(view ? [view] : [])])]);
}

export const keptContract = (key: string): ComposedChannel | undefined => kept.contracts.read(key);

const texts = new WeakMap<DefinitionNode, string>();

const textsOf = (sources: readonly GraphSource[]): string[] =>
  sources.flatMap(({ name, url, document }) => [name, url, document.definitions.map(textOf).join('\n')]);

function textOf(definition: DefinitionNode): string {
  const text = texts.get(definition) ?? print(definition);
  texts.set(definition, text);
  return text;
}

let id: string | undefined;

/** The code that composes: ours, and the packages by their versions. */
function composer(): string {
  const require = createRequire(import.meta.url);
  const folder = new URL('./', import.meta.url);
  id ??= keyOf([
    ...['@apollo/composition', '@apollo/federation-internals', 'graphql'].map(
      (name) => (require(`${name}/package.json`) as { version: string }).version,
    ),
    ...readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .sort()
      .map((file) => readFileSync(new URL(file, folder), 'utf8')),
  ]);
  return id;
}
