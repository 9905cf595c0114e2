import { createHash } from 'node:crypto';
import type { ExecutionResult } from 'graphql';
import { errorOf, RestError, type ErrorDetail } from './restError.ts';
import { namesIn, type Route } from './route.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is answered to a request that succeeded. */
export interface RestAnswer {
  readonly status: number;
  /** Undefined for an answer without a body. */
  readonly body: unknown;
  /** The cursor of the next page, if there is one. */
  readonly next: string | undefined;
  /** Paths of the answer that could not be filled and are null. */
  readonly missing: readonly string[];
}

/**
 * Makes the answer of a route out of what its operation gave: the resource is taken out of what is around it; a result
 * type that the route lists as a failure becomes an error; a connection becomes a page.
 * @throws RestError
 */
export function shapeAnswer(route: Route, { data, errors = [] }: ExecutionResult, anonymous: boolean): RestAnswer {
  const found = route.result.reduce<unknown>(
    (value, name) => (isFields(value) ? value[name] : undefined),
    data ?? undefined,
  );
  if (found === null || found === undefined) {
    if (errors.length > 0) throw errorOf(errors, anonymous);
    throw new RestError(404, 'NOT_FOUND', 'There is no such thing, or it is not yours.');
  }
  const { value, page } = pageOf(isFields(found) ? resultOf(route, found) : found);
  return {
    status: route.status,
    body: route.status === 204 ? undefined : Array.isArray(value) ? { data: value, ...page?.told } : value,
    next: page?.next,
    missing: errors.map(({ path }) => (path ?? []).join('.')),
  };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of a success, which is what its one field holds. @throws RestError for a failure */
function resultOf(route: Route, found: Fields): unknown {
  const { __typename: name, ...fields } = found;
  if (typeof name !== 'string') return found;
  const status = route.errors.get(name);
  if (status !== undefined) throw failure(name, status, fields);
  const [only, ...others] = Object.values(fields);
  return others.length === 0 && isFields(only) ? only : fields;
}

/** `OrderStoreClosed` → `ORDER_STORE_CLOSED` */
export const codeOfType = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();

function failure(name: string, status: number, { message, field, ...others }: Fields): RestError {
  const text = String(message ?? name);
  if (typeof field === 'string') {
    const invalid = RestError.invalid([{ field, message: text }]);
    return status === invalid.status ? invalid : new RestError(status, codeOfType(name), text, invalid.details);
  }
  const details = Object.entries(others).map(([key, value]): ErrorDetail => ({
    field: key,
    message: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  return new RestError(status, codeOfType(name), text, details);
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** A connection's nodes, and where the next page begins. What an edge says besides is put into its node. */
function pageOf(value: unknown): {
  readonly value: unknown;
  readonly page?: { readonly next: string | undefined; readonly told: Fields };
} {
  if (!isFields(value) || !Array.isArray(value['edges']) || !isFields(value['pageInfo'])) return { value };
  const { hasNextPage, endCursor } = value['pageInfo'] as unknown as PageInfo;
  const next = hasNextPage ? (endCursor ?? undefined) : undefined;
  const nodes = (value['edges'] as (Fields & { readonly node: Fields | null })[]).map(
    ({ cursor: _cursor, node, ...rest }) => ({ ...rest, ...node }),
  );
  return { value: nodes, page: { next, told: { page: { after: next ?? null } } } };
}

/** The address of what was created, made of what is in the body and in the path of the request. */
export function locationOf(template: string, params: unknown, body: unknown): string {
  const fields = { ...(isFields(params) && params), ...(isFields(body) && body) };
  return namesIn(template).reduce(
    (path, name) => path.replace(`{${name}}`, encodeURIComponent(String(fields[name]))),
    template,
  );
}

/**
 * The ETag of a body: strong and with the version if it has one, so that a change can name the version it was made on
 * by `If-Match`; otherwise weak.
 */
export function entityTag(body: unknown, text: string): string {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const version = isFields(body) ? body['version'] : undefined;
  return typeof version === 'number' ? `"${version}-${hash}"` : `W/"${hash}"`;
}
