import { Kind, visit, type ArgumentNode, type DocumentNode } from 'graphql';

/**
 * The variables that decide what is asked for: conditions of `@skip` and `@include`, and the name in `__type(name:)`.
 * Where such a variable has a default, its type may allow null, and validation lets it stand; with null there is no
 * answer to the request.
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
