import { namesIn, type Route } from '#gateway/rest/route.ts';
import type { JsonSchema } from '#gateway/graph/jsonSchema.ts';

export const operationIdOf = ({ operationName }: Route): string =>
  operationName.replace(/^./, (first) => first.toLowerCase());

/**
 * Where a client goes from what it has made: the route of its `Location`, and those below it that need no other id,
 * such as the items of an order. Clients and tests that follow links make their next request of them.
 */
export function linksOf({ status, location, parameters }: Route, routes: readonly Route[]): Record<string, JsonSchema> {
  if (status !== 201 || location === undefined) return {};
  const names = namesIn(location);
  if (names.length === 0) return {};
  const shape = location.replace(/\{\w+\}/g, '{}');
  const next = routes.filter(({ path, parameters: own }) => {
    const at = path.replace(/\{\w+\}/g, '{}');
    return own.length === names.length && (at === shape || at.startsWith(`${shape}/`));
  });
  const given = (name: string): string =>
    parameters.includes(name) ? `$request.path.${name}` : `$response.body#/${name}`;
  return Object.fromEntries(
    next.map((route) => [
      operationIdOf(route),
      {
        operationId: operationIdOf(route),
        parameters: Object.fromEntries(route.parameters.map((name, index) => [name, given(names[index]!)])),
        description: route.summary,
      },
    ]),
  );
}
