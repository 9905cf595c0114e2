import type { PreparedDocument } from './documents.ts';

/**
 * Of what a client sent, the variables that its operation declares: the others are dropped, so that nothing that runs
 * for long keeps them.
 */
export function declaredVariables(
  { operation }: Pick<PreparedDocument, 'operation'>,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
}
