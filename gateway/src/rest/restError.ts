import type { GraphQLError } from 'graphql';
import { STATUS_CODES } from 'node:http';

/** One field of a request that is wrong, as the company's document on integration has it. */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

/** A request that is not answered with what it asks for. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: readonly ErrorDetail[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  static invalid(details: readonly ErrorDetail[]): RestError {
    return new RestError(400, 'INVALID_INPUT', 'The request contains invalid parameters', details);
  }
}

export const problemJson = 'application/problem+json';

/** The body of an error: that of the company's document, or a problem of RFC 9457 for who asks for one. */
export function errorBody({ status, code, message, details }: RestError, asProblem: boolean): unknown {
  if (!asProblem) return { error: { code, message, details } };
  return { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, code, details };
}

/** What a caller without a token is told where only people, devices and staff are answered. */
export const withoutToken = (): RestError =>
  new RestError(401, 'UNAUTHENTICATED', 'This asks for a token: send it as `Authorization: Bearer …`.');

/** The HTTP status by the code of an error in `schema/errorCodes.ts`; 500 for those that are not here. */
const statusByCode: ReadonlyMap<string, number> = new Map([
  ['BAD_USER_INPUT', 400],
  ['BAD_REQUEST', 400],
  ['COST_LIMIT_EXCEEDED', 400],
  ['CURSOR_INVALID', 400],
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
  ['CONFLICT', 409],
  ['IDEMPOTENCY_KEY_REUSED', 409],
  ['TOO_MANY_REQUESTS', 429],
  ['OVERLOADED', 503],
  ['SUBGRAPH_UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 503],
]);

/**
 * The error of an execution as one of REST. `anonymous`: the caller has no token, and a field that it may not use
 * asks for one.
 */
export function errorOf(errors: readonly GraphQLError[], anonymous: boolean, status?: number): RestError {
  const [first] = errors;
  const code = String(first?.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
  if (code === 'BAD_USER_INPUT') return RestError.invalid(errors.map(detailOf));
  if (code === 'FORBIDDEN' && anonymous) return withoutToken();
  const known = status ?? statusByCode.get(code) ?? 500;
  const wait = first?.extensions['retryAfter'];
  return new RestError(known, code, first?.message ?? 'Something went wrong on our side.', [], {
    ...(typeof wait === 'number' && { 'retry-after': String(wait) }),
  });
}

/** What graphql-js says of a variable, by the field that it is about: `Variable "$input" … at "input.lines[0]"; …`. */
function detailOf({ message }: GraphQLError): ErrorDetail {
  const [, variable = '', why] = /^Variable "\$(\w+)" (.*)$/s.exec(message) ?? [];
  const [, place] = / at "([^"]+)"/.exec(message) ?? [];
  const field = (place ?? variable).replace(/^input(\.|$)/, '');
  return { field, message: why === undefined ? message : why.split('; ').slice(1).join('; ') || why };
}
