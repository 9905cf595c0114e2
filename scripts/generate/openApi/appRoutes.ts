import { readFileSync } from 'node:fs';
import { parse, type GraphQLSchema } from 'graphql';
import { scopeSetsOf } from '#gateway/documents/authorization.ts';
import { GuardIndex } from '#gateway/graph/guardIndex.ts';
import type { Route } from '#gateway/rest/route.ts';
import { appScopes } from '#schema/scopes.ts';
import { root } from '../task.ts';

/**
 * Says which scopes the app of a partner needs to call a route, none for what everybody may read. Undefined for a route
 * that no app may call, whatever its scopes.
 */
export type ScopesOfRoute = (route: Route) => readonly string[] | undefined;

/** Reads what the fields of routes ask for in the committed supergraph. */
export function scopesForApps(apiSchema: GraphQLSchema): ScopesOfRoute {
  const guards = new GuardIndex(parse(readFileSync(`${root}/schema/supergraph.graphql`, 'utf8')));
  return ({ document, isFeed, signedIn }) => {
    const sets = scopeSetsOf(document, { apiSchema, guards });
    // What asks for no scope and yet for a token belongs to whoever sends it, and an app is no person.
    if (isFeed || (signedIn && sets.length === 0)) return undefined;
    const needed = sets.map((set) => appScopes.find((scope) => set.includes(scope)));
    return needed.some((scope) => scope === undefined) ? undefined : (needed as string[]);
  };
}
