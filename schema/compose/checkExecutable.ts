import { Kind } from 'graphql';
import { at, type CompositionProblem } from './compositionProblem.ts';
import type { GraphSource } from './graphSource.ts';

/** Where a directive may stand in a document; the other places are those of a schema. */
const inDocuments = new Set([
  ...['QUERY', 'MUTATION', 'SUBSCRIPTION', 'FIELD', 'VARIABLE_DEFINITION'],
  ...['FRAGMENT_DEFINITION', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
]);

/**
 * A directive for documents is in the graph only if every subgraph declares it: composition takes what all have, and
 * says nothing of the rest, so that a document which has it would be refused.
 */
export function checkExecutable(sources: readonly GraphSource[]): CompositionProblem[] {
  const declared = sources.map(({ name, document }) => {
    const nodes = document.definitions.filter((each) => each.kind === Kind.DIRECTIVE_DEFINITION);
    return { name, nodes: new Map(nodes.map((node) => [node.name.value, node])) };
  });
  const told = new Set<string>();
  return declared.flatMap(({ name, nodes }) =>
    [...nodes.values()].flatMap((node) => {
      const directive = node.name.value;
      const places = node.locations.map(({ value }) => value).filter((value) => inDocuments.has(value));
      const lost = places.filter((place) =>
        declared.some(({ nodes: others }) => !others.get(directive)?.locations.some(({ value }) => value === place)),
      );
      if (lost.length === 0 || told.has(directive)) return [];
      told.add(directive);
      return [
        {
          ...at(node, name),
          subject: `lost-directive:@${directive}`,
          message: `@${directive} on ${lost.join(', ')} is declared by ${name}, but not by every subgraph, so that no contract has it and a document with it is refused. Declare it in schema/base.graphql, which all share, or take it away.`,
        },
      ];
    }),
  );
}
