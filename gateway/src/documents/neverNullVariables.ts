import { Kind, visit, type ArgumentNode, type DocumentNode } from 'graphql';

/**
 * Finds the variables of `@skip(if:)`, `@include(if:)` and `__type(name:)`. If such a variable has a default value,
 * GraphQL allows its type to be nullable and validation accepts it; but with an explicit null it is undefined what the
 * request asks for, so the caller refuses null.
 */
export function neverNullVariables(document: DocumentNode): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (parts: readonly ArgumentNode[] | undefined) => {
    for (const { value } of parts ?? []) if (value.kind === Kind.VARIABLE) found.add(value.name.value);
  };
  visit(document, {
    Directive: ({ name, arguments: parts }) => {
      if (name.value === 'skip' || name.value === 'include') note(parts);
    },
    Field: ({ name, arguments: parts }) => {
      if (name.value === '__type') note(parts);
    },
  });
  return found;
}
