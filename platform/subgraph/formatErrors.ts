import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { currentTrace, traceIdOf, type Trace } from '#platform/telemetry/trace.ts';
import { errorCodes } from '#schema/errorCodes.ts';
import { tellableFailure } from './tellableFailure.ts';

/** Codes of Apollo Server that our catalogue does not have, and the codes that we use instead. */
const renamed: Readonly<Record<string, string>> = { OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST' };

const catalogued = (code: unknown): code is string =>
  typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && Object.hasOwn(errorCodes, code);

/** What clients see instead of an unexpected error: a trace id by which operators find it in the log. */
export function maskedError({ path }: Pick<GraphQLFormattedError, 'path'> = {}): GraphQLFormattedError {
  const traceId = traceIdOf(currentTrace().traceparent);
  return {
    message: `Something went wrong on our side. Quote ${traceId}.`,
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  };
}

/**
 * The `formatError` for Apollo Server. Errors with a code of the catalogue are meant for clients and pass; all others
 * are logged here and masked. A cause is logged once for a request, with the first place where it was met: a list of a
 * hundred elements whose database is down would else write a hundred stacks.
 */
export function formatErrors(log: Logger): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  const logged = new WeakMap<Trace, Set<string>>();
  const isNew = (cause: string): boolean => {
    const trace = currentTrace();
    const causes = logged.get(trace) ?? new Set();
    logged.set(trace, causes);
    if (causes.has(cause)) return false;
    causes.add(cause);
    return true;
  };
  return (formatted, error) => {
    const { code, ...extensions } = formatted.extensions ?? {};
    const known = renamed[String(code)] ?? code;
    if (catalogued(known)) return { ...formatted, extensions: { ...extensions, code: known } };
    // Any other error comes from Apollo Server or a plugin, outside of any field, and has been logged already.
    if (!(error instanceof GraphQLError)) return maskedError(formatted);
    const original = error.originalError ?? error;
    const told = tellableFailure(original);
    if (told?.logged && isNew(told.message))
      log.warn({ err: original, path: formatted.path?.join('.') }, 'a resolver could not reach what it needs');
    if (told) return { ...formatted, message: told.message, extensions: { code: told.code } };
    if (isNew(original.message)) log.error({ err: original, path: formatted.path?.join('.') }, 'a resolver failed');
    return maskedError(formatted);
  };
}
