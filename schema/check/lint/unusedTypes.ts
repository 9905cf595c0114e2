import type { FieldDefinitionNode, InputValueDefinitionNode } from 'graphql';
import { placeIn } from '../../compose/compositionProblem.ts';
import type { GraphSource } from '../../compose/graphSource.ts';
import { indexTypes, namedTypeOf, rootTypes, type IndexedType } from '../../compose/typeIndex.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

/** Types, inputs, enums and scalars that no field of a root type leads to, in no subgraph and no view. */
export function unusedTypes(sources: readonly GraphSource[], owners: Owners): Finding[] {
  const types = indexTypes(sources);
  const reached = reachedFrom(rootTypes, types);
  return [...types.values()]
    .filter(({ name }) => !reached.has(name))
    .flatMap(({ name, nodes }) => {
      const place = nodes.map(placeIn).find((each) => each && each.file !== 'schema/base.graphql');
      if (!place) return [];
      return [
        {
          id: `lint-unused-type:${name}`,
          rule: 'lint-unused-type',
          severity: 'error' as const,
          subject: name,
          message: `\`${name}\` is used by nothing: no field of Query, Mutation or Subscription leads to it`,
          why: 'No client can be answered it or send it, and who reads the SDL takes it for something that works.',
          fix: 'Remove it, or give a field the type.',
          place,
          owners: owners.of(place.file),
          contracts: [],
          affected: [],
        },
      ];
    });
}

function reachedFrom(roots: readonly string[], types: ReadonlyMap<string, IndexedType>): ReadonlySet<string> {
  const reached = new Set<string>();
  const implementers = new Map<string, string[]>();
  for (const { name, interfaces } of types.values())
    for (const each of interfaces) implementers.set(each, [...(implementers.get(each) ?? []), name]);
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const type = types.get(name);
    if (!type || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...type.members, ...type.interfaces, ...(implementers.get(name) ?? []));
    for (const node of type.nodes) {
      const fields = ('fields' in node ? node.fields : undefined) ?? [];
      waiting.push(...(fields as (FieldDefinitionNode | InputValueDefinitionNode)[]).flatMap(namesIn));
    }
  }
  return reached;
}

const namesIn = (field: FieldDefinitionNode | InputValueDefinitionNode): string[] => [
  namedTypeOf(field.type),
  ...('arguments' in field ? (field.arguments ?? []).map(({ type }) => namedTypeOf(type)) : []),
];
