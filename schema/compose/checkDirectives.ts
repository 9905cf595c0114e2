import { Kind, type ConstDirectiveNode } from 'graphql';
import { scopes } from '#schema/scopes.ts';
import { at, type CompositionProblem } from './compositionProblem.ts';
import type { IndexedType } from './typeIndex.ts';

/**
 * Checks tags and scopes against the known ones. A misspelt tag would hide a field from everybody, and a misspelt
 * scope would close it to everybody.
 */
export function checkDirectives(types: Map<string, IndexedType>, audiences: readonly string[]): CompositionProblem[] {
  const nodes = [...types.values()].flatMap((type) => [
    ...type.nodes,
    ...[...type.fields.values()].flatMap((field) => field.nodes),
  ]);
  const directives: ConstDirectiveNode[] = nodes.flatMap((node) => [...(node.directives ?? [])]);
  return directives.flatMap((directive) => {
    const value = directive.arguments?.[0]?.value;
    const where = at(directive, directive.name.value);
    if (directive.name.value === 'tag' && value?.kind === Kind.STRING && !audiences.includes(value.value)) {
      return [{ ...where, message: `the tag "${value.value}" is unknown. Take one of ${audiences.join(', ')}.` }];
    }
    if (directive.name.value === 'auth' && value?.kind === Kind.LIST) {
      if (value.values.length === 0)
        return [{ ...where, message: '@auth asks for no scope, which nobody has. Name one, or write @anyone.' }];
      return value.values.flatMap((each) =>
        each.kind === Kind.STRING && !(each.value in scopes)
          ? [{ ...where, message: `the scope "${each.value}" is unknown. Add it to schema/scopes.ts, or correct it.` }]
          : [],
      );
    }
    return [];
  });
}
