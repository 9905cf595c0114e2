import { RestError, type ErrorDetail } from './restError.ts';
import type { RouteInput } from './routeInputs.ts';

/** A name at the beginning of what a domain says, such as `after` in "`after` is not a cursor of this list". */
const named = /^`([\w.]+)`/;

/**
 * The error with the names that the request has: an execution tells variables, arguments and fields of inputs, such as
 * `first` or `filter.country`, where the client sent `page[size]` or `country`.
 */
export function namedAsSent(error: RestError, inputs: readonly RouteInput[]): RestError {
  if (error.details.length === 0) return error;
  const details = error.details.map((detail) => detailAsSent(detail, inputs));
  return new RestError(error.status, error.code, error.message, details, error.headers);
}

function detailAsSent({ field, message }: ErrorDetail, inputs: readonly RouteInput[]): ErrorDetail {
  const told = field === '' ? (named.exec(message)?.[1] ?? '') : field;
  const sent = nameOf(told, inputs) ?? told;
  return { field: sent, message: message.replace(named, (whole, name) => (name === told ? `\`${sent}\`` : whole)) };
}

function nameOf(told: string, inputs: readonly RouteInput[]): string | undefined {
  const [first = '', ...rest] = told.split('.');
  const ofVariable = inputs.find(
    ({ variable, field }) => variable === first && (field === undefined || field === rest[0]),
  );
  const ofField = inputs.find(({ field }) => field === first);
  const [found, below] = ofVariable ? [ofVariable, ofVariable.field ? rest.slice(1) : rest] : [ofField, rest];
  if (found) return [found.name, ...below].join('.');
  // What a field of the graph is asked for by is `id`; the route says whose.
  const ids = inputs.filter((input) => input.in === 'path');
  return told === 'id' && ids.length === 1 ? ids[0]!.name : undefined;
}
