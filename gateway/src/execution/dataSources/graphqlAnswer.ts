import { Kind, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isError = (value: unknown): boolean =>
  isMap(value) &&
  typeof value['message'] === 'string' &&
  (value['path'] == null || Array.isArray(value['path'])) &&
  (value['extensions'] == null || isMap(value['extensions']));

/**
 * An error beside data, as far as it is one of GraphQL: what else is wrong with it does not take the data away. Without
 * a message there is none.
 */
const readable = (error: unknown): object => {
  const { message, path, extensions } = isMap(error) ? error : { message: error };
  const isPath = Array.isArray(path) && path.every((part) => typeof part === 'string' || typeof part === 'number');
  return {
    message: typeof message === 'string' ? message : 'The subgraph told an error without a message.',
    ...(isPath && { path }),
    ...(isMap(extensions) && { extensions }),
  };
};

/**
 * What came from a subgraph, if it is an answer of GraphQL: data, or errors that say why there is none. JSON that a
 * proxy or a framework writes of its own is not: taken for one, it would be a null that nobody explains.
 * @throws Error
 */
export function graphqlAnswer(came: unknown): ExecutionResult {
  if (!isMap(came)) throw new Error('it answered with JSON that is no GraphQL: no map');
  const { data, errors } = came;
  const hasErrors = Array.isArray(errors) && errors.length > 0;
  if (errors != null && !(Array.isArray(errors) && errors.every(isError))) {
    if (isMap(data)) return { ...came, errors: [errors].flat().map(readable) } as unknown as ExecutionResult;
    throw new Error('it answered with errors that are none of GraphQL');
  }
  if (data != null ? !isMap(data) : !hasErrors)
    throw new Error('it answered with JSON that is no GraphQL: neither data nor errors');
  if (errors !== null) return came as ExecutionResult;
  // Some servers write it so when there are none.
  const { errors: none, ...answer } = came;
  return answer as ExecutionResult;
}

/**
 * The places in an answer that a fetch was to fill at the root; for entities, whose place the executor knows, the place
 * itself.
 */
export function placesOf(query: string): string[][] {
  const operation = parse(query, { noLocation: true }).definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const keys = (operation?.selectionSet.selections ?? []).map((each) =>
    each.kind === Kind.FIELD ? (each.alias?.value ?? each.name.value) : undefined,
  );
  // Root fields within a fragment stand for all that was asked.
  if (keys.includes('_entities') || keys.includes(undefined)) return [[]];
  return [...new Set(keys as string[])].map((key) => [key]);
}
