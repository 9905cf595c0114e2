import { nameOfRoute, type Route } from '#gateway/rest/route.ts';

/** A rule of the company's document on integration, and how the routes keep it. */
interface Rule {
  readonly rule: string;
  readonly keptBy: string;
  /** Why a route breaks it; undefined for a rule that no single route could break. */
  readonly breaks?: (route: Route, all: readonly Route[]) => string | undefined;
}

/** Resources that the company's document itself names in the singular. */
const singular = new Set(['menu', 'loyalty']);
const successes = new Set([200, 201, 204]);
/** The statuses that a result type may have; the others are for what HTTP itself asks. */
const failures = new Set([400, 401, 403, 404, 409, 412, 503]);

/** What is a verb in the name of an operation, and a noun in a path: the pause of a store. */
const nouns = new Set(['pause']);

const partsOf = ({ path }: Route): string[] => path.split('/').slice(2);
const verbOf = ({ operationName }: Route): string => /^[A-Z][a-z]+/.exec(operationName)?.[0].toLowerCase() ?? '';

export const rules: readonly Rule[] = [
  {
    rule: 'Nouns, not verbs',
    keptBy: 'no part of a path is what an operation does, such as `place` or `cancel`',
    breaks: (route, all) => {
      const verbs = new Set(all.map(verbOf));
      const verb = partsOf(route).find((part) => verbs.has(part) && !nouns.has(part));
      return verb && `${verb} is a verb`;
    },
  },
  {
    rule: 'Plural nouns for collections',
    keptBy: 'the first part of each path; `menu` and `loyalty` are the company’s own names',
    breaks: ({ resource }) =>
      resource.endsWith('s') || singular.has(resource) ? undefined : `${resource} is not plural`,
  },
  {
    rule: 'Hierarchies for related resources (`/orders/{orderId}/items`)',
    keptBy: 'each id in a path stands behind the noun whose id it is',
    breaks: (route) =>
      partsOf(route).some((part, at, parts) => part.startsWith('{') && (parts[at - 1] ?? '{').startsWith('{'))
        ? 'an id stands behind no noun'
        : undefined,
  },
  {
    rule: 'Filter, sort and page by query parameters',
    keptBy:
      'variables of a GET that are not in its path; `page[size]`, `page[after]`, `Link`. Each list has one order, which its summary tells',
  },
  {
    rule: 'GET retrieves',
    keptBy: 'a GET is a query, or a subscription that is polled or streamed; nothing else is',
    breaks: (route) =>
      (route.method === 'GET') === /^\s*(query|subscription)\b/m.test(route.source) ? undefined : 'it is no reading',
  },
  {
    rule: 'POST creates',
    keptBy: '201 and `Location`; `Idempotency-Key` where the graph has a key',
    breaks: ({ method, status, location }) =>
      (method === 'POST') === (status === 201) && (method !== 'POST' || location !== undefined)
        ? undefined
        : 'POST answers with 201 and Location, and nothing else does',
  },
  {
    rule: 'PUT replaces, PATCH merges, DELETE removes',
    keptBy: 'mutations that take the whole, take a part, and take nothing; `If-Match` where the graph has a version',
    breaks: ({ method, status }) => (method !== 'DELETE' && status === 204 && method !== 'PUT' ? '204' : undefined),
  },
  {
    rule: '200, 201, 400, 401, 403, 404, 409, 500',
    keptBy:
      'these; and where HTTP asks for it 204 without a body, 304, 405, 410 after a sunset, 412 and 428 for `If-Match`, 413, 414 for an id that is none, 415, 429 and 503 with `Retry-After`',
    breaks: ({ status, errors }) =>
      successes.has(status) && [...errors.values()].every((each) => failures.has(each))
        ? undefined
        : 'a status is not of the list',
  },
  { rule: 'The body of an error', keptBy: '[`restError.ts`](../gateway/src/rest/restError.ts), for every error' },
  {
    rule: 'Versions in the path',
    keptBy:
      'the folder of the route; `Deprecation`, `Sunset` and `Link; rel="successor-version"` where there is a newer one',
    breaks: ({ version }) => (/^v\d+$/.test(version) ? undefined : `${version} is no version`),
  },
];

/** What breaks a rule, for lint. */
export const conformanceProblems = (routes: readonly Route[]): string[] =>
  routes.flatMap((route) =>
    rules.flatMap(({ rule, breaks }) => {
      const why = breaks?.(route, routes);
      return why === undefined ? [] : [`${nameOfRoute(route)} (rest/${route.file}): ${why}. The rule: ${rule}.`];
    }),
  );

/**
 * The tables of `docs/rest.md`: the rules, and every route. `scopesForApps` tells which scopes an app of a partner
 * needs, nothing if none is enough.
 */
export function conformanceText(
  routes: readonly Route[],
  scopesForApps: (route: Route) => readonly string[] | undefined,
): string {
  const kept = rules.map(({ rule, keptBy }) => `| ${rule} | ${keptBy} |`);
  const listed = routes.map((route) => {
    const { summary, status, errors, lifecycle } = route;
    const failing = [...new Set(errors.values())].sort().join(', ');
    const end = lifecycle
      ? ` Ends on ${lifecycle.sunset.toISOString().slice(0, 10)}: use \`${lifecycle.successor}\`.`
      : '';
    const scopes = scopesForApps(route);
    const apps = scopes && (scopes.length === 0 ? 'any' : scopes.map((scope) => `\`${scope}\``).join(', '));
    return `| \`${nameOfRoute(route)}\` | ${summary}${end} | ${status} | ${failing} | ${apps ?? ''} |`;
  });
  return `| rule of the company’s document | kept by |
|---|---|
${kept.join('\n')}

The ${routes.length} routes, each with its success and the failures of its own; besides these, any may answer with 400, 401, 403, 404, 429, 500 and 503.
The last column tells which scope the app of a partner needs that calls it by its key; where it is empty, no app may.

| route | what for | success | failures | apps |
|---|---|---|---|---|
${listed.join('\n')}`;
}
