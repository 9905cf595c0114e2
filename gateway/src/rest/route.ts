import {
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  Kind,
  OperationTypeNode,
  DirectiveLocation,
  getArgumentValues,
  type Source,
  parse,
  print,
  type DocumentNode,
  type OperationDefinitionNode,
} from 'graphql';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RestMethod = (typeof methods)[number];

/**
 * Says where a document is served over REST. It is for the runtime only: it is taken out before the document is
 * validated or executed.
 */
export const restDirective = new GraphQLDirective({
  name: 'rest',
  locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION, DirectiveLocation.SUBSCRIPTION],
  args: {
    method: {
      type: new GraphQLNonNull(
        new GraphQLEnumType({
          name: 'RestMethod',
          values: Object.fromEntries(methods.map((method) => [method, {}])),
        }),
      ),
    },
    /** Below the version: `/orders/{orderId}`. What is in braces is a variable, or a field of the variable `$input`. */
    path: { type: new GraphQLNonNull(GraphQLString) },
    /** The status of success. */
    status: { type: GraphQLInt, defaultValue: 200 },
    /** Where in the answer the resource is, such as `store.menu`; by default what the operation's one field gives. */
    result: { type: GraphQLString },
    /** The status of each result type that is a failure. */
    errors: {
      type: new GraphQLList(
        new GraphQLNonNull(
          new GraphQLInputObjectType({
            name: 'RestError',
            fields: {
              on: { type: new GraphQLNonNull(GraphQLString) },
              status: { type: new GraphQLNonNull(GraphQLInt) },
            },
          }),
        ),
      ),
      defaultValue: [],
    },
    /** The address of what was created, below the version, with fields of the body in braces. */
    location: { type: GraphQLString },
    /** For how long caches may use the answer; shared ones, too, if the request had no token. */
    cacheSeconds: { type: GraphQLInt },
    /** Whether a caller without a token is refused with 401, though the graph would answer with nothing. */
    signedIn: { type: GraphQLBoolean, defaultValue: false },
    /** The day since which clients should use the successor, and the day from which it is not answered any more. */
    deprecated: { type: GraphQLString },
    sunset: { type: GraphQLString },
    /** The path that takes its place, with the version: `/v2/…`. */
    successor: { type: GraphQLString },
  },
});

/** An operation with a path. */
export interface Route {
  /** Such as `v1`: the folder that the document is in, and the first part of its paths. */
  readonly version: string;
  /** Such as `orders`: the folder below. */
  readonly resource: string;
  readonly file: string;
  readonly operationName: string;
  /** The first comment of the document: what the route is for. */
  readonly summary: string;
  readonly method: RestMethod;
  /** With the version: `/v1/orders/{orderId}`. */
  readonly path: string;
  /** The names in braces, in order. */
  readonly parameters: readonly string[];
  readonly status: number;
  readonly result: readonly string[];
  /** The status by the name of a result type. */
  readonly errors: ReadonlyMap<string, number>;
  readonly location: string | undefined;
  readonly cacheSeconds: number | undefined;
  /** Whether it is for callers with a token only. */
  readonly signedIn: boolean;
  /** Whether it is a subscription: a feed of events, which is polled or streamed. */
  readonly isFeed: boolean;
  /** Undefined for a route that stays. */
  readonly lifecycle: Lifecycle | undefined;
  /** The document without `@rest`. */
  readonly document: DocumentNode;
  readonly source: string;
}

/** How a route ends. */
export interface Lifecycle {
  readonly deprecated: Date;
  /** From then on it is answered with 410. */
  readonly sunset: Date;
  readonly successor: string;
}

interface RestArguments {
  readonly method: RestMethod;
  readonly path: string;
  readonly status: number;
  readonly result?: string | null;
  readonly errors: readonly { readonly on: string; readonly status: number }[];
  readonly location?: string | null;
  readonly cacheSeconds?: number | null;
  readonly signedIn: boolean;
  readonly deprecated?: string | null;
  readonly sunset?: string | null;
  readonly successor?: string | null;
}

/** The names in braces of a path. */
export const namesIn = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

const operationOf = (document: DocumentNode): OperationDefinitionNode | undefined =>
  document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION);

/** The document without `@rest`, as it is validated and executed. Places in its file are kept. */
export const withoutRest = (document: DocumentNode): DocumentNode => ({
  ...document,
  definitions: document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? { ...definition, directives: definition.directives?.filter(({ name }) => name.value !== restDirective.name) }
      : definition,
  ),
});

/** Reads a route from its document. `file`: `<version>/<resource>/<operation>.graphql`. @throws if it is none */
export function routeOf(text: string | Source, file: string): Route {
  const [version = '', resource = '', ...rest] = file.split('/');
  if (rest.length !== 1) throw new Error(`${file}: a route lies in <version>/<resource>/.`);
  const document = parse(text);
  const operation = operationOf(document);
  const directive = operation?.directives?.find(({ name }) => name.value === restDirective.name);
  const field = operation?.selectionSet.selections[0];
  if (!operation?.name || !directive || field?.kind !== Kind.FIELD)
    throw new Error(`${file}: a route is an operation with a name, @rest, and one field.`);
  const given = getArgumentValues(restDirective, directive) as unknown as RestArguments;
  const stripped = withoutRest(document);
  return {
    version,
    resource,
    file,
    operationName: operation.name.value,
    summary: summaryOf(typeof text === 'string' ? text : text.body),
    method: given.method,
    path: `/${version}${given.path}`,
    parameters: namesIn(given.path),
    status: given.status,
    result: given.result?.split('.') ?? [field.alias?.value ?? field.name.value],
    errors: new Map(given.errors.map(({ on, status }) => [on, status])),
    location: given.location === undefined || given.location === null ? undefined : `/${version}${given.location}`,
    cacheSeconds: given.cacheSeconds ?? undefined,
    signedIn: given.signedIn,
    isFeed: operation.operation === OperationTypeNode.SUBSCRIPTION,
    lifecycle: lifecycleOf(given, file),
    document: stripped,
    source: print(stripped),
  };
}

/** @throws if only a part of it is told, or its days are none or in the wrong order */
function lifecycleOf({ deprecated, sunset, successor }: RestArguments, file: string): Lifecycle | undefined {
  if (!deprecated && !sunset && !successor) return undefined;
  const days = [deprecated, sunset].map((day) => new Date(/^\d{4}-\d\d-\d\d$/.test(day ?? '') ? day! : Number.NaN));
  const [from, until] = days as [Date, Date];
  if (!successor || !(from < until))
    throw new Error(`${file}: a route that ends has a day of deprecation, a later one of sunset, and a successor.`);
  return { deprecated: from, sunset: until, successor };
}

/** The comment at the head of a document, as one line. */
function summaryOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^#\s*/, ''))
    .join(' ')
    .trim();
}

/** The route as people name it: `GET /v1/orders/{orderId}`. */
export const nameOfRoute = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;
