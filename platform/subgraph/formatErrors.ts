import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { currentTrace, traceIdOf } from '#platform/telemetry/trace.ts';
import { errorCodes } from '#schema/errorCodes.ts';
import { tellableFailure } from './tellableFailure.ts';

/** What Apollo Server calls by a name that our catalogue has not. */
const renamed: Readonly<Record<string, string>> = { OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST' };

const catalogued = (code: unknown): code is string =>
  typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && Object.hasOwn(errorCodes, code);

/** What is told of an error that nobody was meant to see. */
export function maskedError({ path }: Pick<GraphQLFormattedError, 'path'> = {}): GraphQLFormattedError {
  const traceId = traceIdOf(currentTrace().traceparent);
  return {
    message: `Something went wrong on our side. Quote ${traceId}.`,
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
  };
}

/**
 * Apollo Server's `formatError`: errors with a code of the catalogue were meant to be seen; the rest is logged once,
 * here, and masked.
 */
export function formatErrors(log: Logger): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { code, ...extensions } = formatted.extensions ?? {};
    const known = renamed[String(code)] ?? code;
    if (catalogued(known)) return { ...formatted, extensions: { ...extensions, code: known } };
    // What is no GraphQL error befell Apollo Server or a plugin outside of any field; it has been logged.
    if (!(error instanceof GraphQLError)) return maskedError(formatted);
    const original = error.originalError ?? error;
    const told = tellableFailure(original);
    if (told?.logged)
      log.warn({ err: original, path: formatted.path?.join('.') }, 'a resolver could not reach what it needs');
    if (told) return { ...formatted, message: told.message, extensions: { code: told.code } };
    log.error({ err: original, path: formatted.path?.join('.') }, 'a resolver failed');
    return maskedError(formatted);
  };
}
