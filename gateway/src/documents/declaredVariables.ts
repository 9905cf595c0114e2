import type { PreparedDocument } from './documents.ts';

/**
 * Keeps, of the variables that a client sent, those that its operation declares. The others are dropped, so that a
 * long-running operation does not hold them in memory.
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
