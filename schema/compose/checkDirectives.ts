import { Kind, type ConstDirectiveNode } from 'graphql';
import { didYouMean } from '#platform/config/misspelling.ts';
import { scopes } from '#schema/scopes.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { at, type CompositionProblem } from './compositionProblem.ts';
import type { IndexedType } from './typeIndex.ts';

/**
 * Checks tags, scopes and the subgraphs of `@override` against the known ones. A misspelt tag would hide a field from
 * everybody, a misspelt scope would close it to everybody, and a field taken over from nobody would be resolved by two
 * subgraphs once the other has it.
 */
export function checkDirectives(types: Map<string, IndexedType>, audiences: readonly string[]): CompositionProblem[] {
  return [...types.values()].flatMap((type) => [
    ...checkNodes(type.name, type.nodes, audiences),
    ...[...type.fields.values()].flatMap(({ name, nodes }) => checkNodes(`${type.name}.${name}`, nodes, audiences)),
  ]);
}

const known = subgraphs.map(({ name }) => name);

function checkNodes(
  what: string,
  nodes: readonly { readonly directives?: readonly ConstDirectiveNode[] }[],
  audiences: readonly string[],
): CompositionProblem[] {
  return nodes
    .flatMap(({ directives = [] }) => directives)
    .flatMap((directive) => {
      const value = directive.arguments?.[0]?.value;
      const where = at(directive, directive.name.value);
      if (directive.name.value === 'tag' && value?.kind === Kind.STRING && !audiences.includes(value.value)) {
        return [
          {
            ...where,
            subject: `unknown-tag:${what}`,
            message: `the tag "${value.value}" of ${what} is unknown. Take one of ${audiences.join(', ')}.`,
          },
        ];
      }
      if (directive.name.value === 'auth' && value?.kind === Kind.LIST) {
        if (value.values.length === 0)
          return [
            {
              ...where,
              subject: `no-scope:${what}`,
              message: `@auth of ${what} asks for no scope, which nobody has. Name one, or write @anyone.`,
            },
          ];
        return value.values.flatMap((each) =>
          each.kind === Kind.STRING && !(each.value in scopes)
            ? [
                {
                  ...where,
                  subject: `unknown-scope:${what}`,
                  message: `the scope "${each.value}" of ${what} is unknown. Add it to schema/scopes.ts, or correct it.${didYouMean(each.value, Object.keys(scopes))}`,
                },
              ]
            : [],
        );
      }
      const from = directive.arguments?.find(({ name }) => name.value === 'from')?.value;
      if (directive.name.value === 'override' && from?.kind === Kind.STRING && !known.includes(from.value))
        return [
          {
            ...where,
            subject: `unknown-override:${what}`,
            message: `${what} overrides "${from.value}", which is no subgraph. Correct the name, or take @override away if that subgraph is gone.${didYouMean(from.value, known)}`,
          },
        ];
      return [];
    });
}
