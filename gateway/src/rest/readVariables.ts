import {
  getNamedType,
  getNullableType,
  isListType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  type GraphQLInputType,
} from 'graphql';
import { RestError, type ErrorDetail } from './restError.ts';
import type { RouteInput } from './routeInputs.ts';

/** What a request says, before it is known what of it is right. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The headers as they came, names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** The parsed body; undefined if there was none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** The variables of the route's operation. @throws RestError 400 that names each field that is wrong */
export function readVariables(inputs: readonly RouteInput[], parts: RequestParts): Record<string, unknown> {
  const details: ErrorDetail[] = unknownNames(inputs, parts);
  const variables: Record<string, unknown> = {};
  for (const input of inputs) {
    const value = valueOf(input, parts, details);
    if (value === undefined) {
      if (input.required && input.name === 'If-Match' && parts.headers['if-match'] === undefined)
        throw new RestError(428, 'PRECONDITION_REQUIRED', 'Send the ETag of what you have seen as `If-Match`.');
      if (input.required) details.push({ field: input.name, message: 'Is required' });
      continue;
    }
    if (input.field === undefined) variables[input.variable] = value;
    else ((variables[input.variable] ??= {}) as Record<string, unknown>)[input.field] = value;
  }
  if (details.length > 0) throw RestError.invalid(details);
  // The operation may ask for `$input` though none of its fields has to be given.
  for (const { variable, field } of inputs) if (field !== undefined) variables[variable] ??= {};
  return variables;
}

/** What nothing would come of: a client that misspells a filter must not get everything. */
function unknownNames(inputs: readonly RouteInput[], { query, body, headers }: RequestParts): ErrorDetail[] {
  const names = (place: RouteInput['in']) =>
    new Set(inputs.filter((each) => each.in === place).map(({ name }) => name));
  const [queried, bodied] = [names('query'), names('body')];
  return [
    ...[...new Set(query.keys())].filter((name) => !queried.has(name)),
    ...Object.keys(body ?? {}).filter((name) => !bodied.has(name)),
    ...(headers['if-match'] !== undefined && !inputs.some(({ name }) => name === 'If-Match') ? ['If-Match'] : []),
  ].map((field) => ({ field, message: 'Is not known here' }));
}

function valueOf(input: RouteInput, parts: RequestParts, details: ErrorDetail[]): unknown {
  const { path, query, headers, rawHeaders, body } = parts;
  switch (input.in) {
    case 'body':
      return body && Object.hasOwn(body, input.name) ? body[input.name] : undefined;
    case 'path':
      return path[input.name];
    case 'header': {
      const name = input.name.toLowerCase();
      const header = headers[name];
      if (typeof header !== 'string') return undefined;
      const times = rawHeaders.filter((each, at) => at % 2 === 0 && each.toLowerCase() === name).length;
      if (times > 1) details.push({ field: input.name, message: 'May be given once' });
      return input.name === 'If-Match' ? versionOf(header, details) : header;
    }
    case 'query': {
      const texts = query.getAll(input.name);
      if (texts.length === 0) return undefined;
      if (isListType(getNullableType(input.type)))
        return texts.flatMap((text) => text.split(',')).map((text) => typed(text, input, details));
      if (texts.length > 1) details.push({ field: input.name, message: 'May be given once' });
      return typed(texts[0]!, input, details);
    }
  }
}

/**
 * The version in the ETag of an earlier answer; see `entityTag`. It is the same whatever was done to the answer on its
 * way: a proxy that compresses makes the ETag weak, or adds to it.
 */
function versionOf(header: string, details: ErrorDetail[]): number | undefined {
  const [, version] = /^(?:W\/)?"(\d{1,10})-[^"]*"$/.exec(header.trim()) ?? [];
  if (version !== undefined) return Number(version);
  details.push({ field: 'If-Match', message: 'Must be the ETag of an earlier answer' });
  return undefined;
}

/** A text of a URL as a value of the type. What is no such value is told, or left to the coercion of variables. */
function typed(text: string, { name, type }: RouteInput, details: ErrorDetail[]): unknown {
  const named = getNamedType(type) as GraphQLInputType;
  const wrong = (message: string): undefined => void details.push({ field: name, message });
  if (named === GraphQLInt) return /^-?\d{1,15}$/.test(text) ? Number(text) : wrong('Must be a whole number');
  if (named === GraphQLFloat) return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : wrong('Must be a number');
  if (named === GraphQLBoolean)
    return text === 'true' || text === 'false' ? text === 'true' : wrong('Must be true or false');
  return text;
}
