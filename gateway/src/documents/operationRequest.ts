import { UnsafeJson, parseJson } from './parseJson.ts';
import { Refusal } from '../errors/refusal.ts';

/** A GraphQL request, whichever transport it came by. */
export interface OperationRequest {
  readonly query?: string;
  /** The id of a trusted document, with or without `sha256:` before it. */
  readonly documentId?: string;
  readonly operationName?: string;
  readonly variables: Record<string, unknown>;
  readonly extensions: Record<string, unknown>;
}

const bad = (message: string): Refusal => Refusal.of(400, 'BAD_REQUEST', message);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw bad(`\`${name}\` must be a string.`);
  return value;
}

function map(value: unknown, name: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (!isMap(value)) throw bad(`\`${name}\` must be a map.`);
  return value;
}

/** Reads JSON that a client has sent. `what` names it in the message of a refusal. @throws Refusal 400 */
function clientJson(what: string, json: string): unknown {
  try {
    return parseJson(json);
  } catch (error) {
    throw bad(error instanceof UnsafeJson ? `${what} is refused: ${error.message}.` : `${what} must be JSON.`);
  }
}

/** @throws Refusal 400 */
export const parseBody = (body: string): unknown => clientJson('The body', body);

/** Reads a request from the JSON of a POST body, or from the payload of a `subscribe` message. @throws Refusal 400 */
export function operationRequest(body: unknown): OperationRequest {
  if (Array.isArray(body)) throw bad('Batches are not supported: send one request at a time.');
  if (!isMap(body)) throw bad('The body must be a JSON map with a `query` or a `documentId`.');
  const extensions = map(body['extensions'], 'extensions');
  const request: OperationRequest = {
    query: text(body['query'], 'query'),
    documentId: text(body['documentId'] ?? extensions['documentId'], 'documentId'),
    operationName: text(body['operationName'], 'operationName') || undefined,
    variables: map(body['variables'], 'variables'),
    extensions,
  };
  if (!request.query && request.documentId === undefined && !isMap(extensions['persistedQuery']))
    throw bad('The request has neither a `query` nor a `documentId`.');
  return request;
}

/** Reads a request from the query parameters of a GET. @throws Refusal 400 */
export function operationRequestOfQuery(parameters: URLSearchParams): OperationRequest {
  // A proxy or cache in between may have read the first one, and we another one.
  for (const name of ['query', 'documentId', 'operationName', 'variables', 'extensions'])
    if (parameters.getAll(name).length > 1) throw bad(`There is more than one \`${name}\`.`);
  const json = (name: string): unknown => {
    const value = parameters.get(name);
    return value === null || value === '' ? undefined : clientJson(`\`${name}\``, value);
  };
  return operationRequest({
    query: parameters.get('query') ?? undefined,
    documentId: parameters.get('documentId') ?? undefined,
    operationName: parameters.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/**
 * A registered document has one operation: a request that names another was meant for another document.
 * @throws Refusal
 */
export function checkOperationName({ operationName }: Pick<OperationRequest, 'operationName'>, of: string): void {
  if (operationName !== undefined && operationName !== of)
    throw Refusal.of('document', 'BAD_USER_INPUT', `The document has no operation ${operationName}.`);
}
