import { GraphQLError, type ExecutionResult } from 'graphql';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { endKey, versionKey, type StreamDocument } from './streamDocument.ts';

type Answer = Record<string, unknown>;

/**
 * The outcome of reading a stream's selection. `failed`: a subgraph did not answer, and reading again later may help.
 * `refused`: there is nothing to follow, or not any more.
 */
export type StreamAnswer =
  | {
      readonly kind: 'answer';
      readonly result: ExecutionResult;
      /** The version that the answer reflects; undefined if the stream's type has no version field. */
      readonly version: number | undefined;
      /** Whether the stream has ended with this answer. */
      readonly isLast: boolean;
    }
  | { readonly kind: 'failed' | 'refused'; readonly result: ExecutionResult };

/** Codes of failures that may pass, so that reading again later can help. */
const transientCodes = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'TOO_MANY_REQUESTS',
  'CONFLICT',
  // One of those that are left out may be.
  'ERRORS_LEFT_OUT',
] satisfies ErrorCode[]);

export const refusalAt = (responseKey: string, code: ErrorCode, message: string): ExecutionResult => ({
  data: null,
  errors: [new GraphQLError(message, { path: [responseKey], extensions: { code } })],
});

export const nothingToFollow = (responseKey: string): ExecutionResult => ({
  errors: refusalAt(responseKey, 'NOT_FOUND', 'There is nothing to follow: it does not exist, or it is not yours.')
    .errors,
});

/** Classifies the result of a read, and removes the fields that only the runtime asked for. */
export function answerOf(
  result: ExecutionResult,
  { responseKey, asksVersion, asksEnd, declaration }: StreamDocument,
): StreamAnswer {
  const answer = (result.data?.[responseKey] ?? null) as Answer | null;
  if (answer === null) {
    const failed = result.errors?.some((error) => transientCodes.has(error.extensions['code']));
    return failed
      ? { kind: 'failed', result }
      : { kind: 'refused', result: result.errors ? result : nothingToFollow(responseKey) };
  }
  const isLast = asksEnd && declaration.ends!.values.has(answer[endKey]);
  delete answer[endKey];
  if (!asksVersion) return { kind: 'answer', result, version: undefined, isLast };
  const version = answer[versionKey];
  delete answer[versionKey];
  return { kind: 'answer', result, version: typeof version === 'number' ? version : undefined, isLast };
}

/**
 * Overwrites the fields that the event carries: an event's own status is shown even if a later read returned a newer
 * one. A field that is null because it was refused or failed stays null.
 */
export function overlay(result: ExecutionResult, stream: StreamDocument, event: EventEnvelope, version: number): void {
  const answer = result.data?.[stream.responseKey] as Answer;
  const data = event.data as Record<string, unknown> | null;
  for (const { key, property } of stream.carries) {
    if (answer[key] != null && data?.[property] !== undefined) answer[key] = data[property];
  }
  // A key that `@skip` or `@include` left out of the answer stays out.
  for (const key of stream.versionKeys) if (answer[key] != null) answer[key] = version;
}

/** Whether the stream ends with this event. */
export const isLastEvent = ({ declaration: { ends } }: StreamDocument, event: EventEnvelope): boolean =>
  ends !== undefined && ends.values.has((event.data as Record<string, unknown> | null)?.[ends.property]);

/**
 * Builds the answer from the event alone, without a query; undefined if the event does not hold every selected field. A
 * property that the event does not have is taken from the field's argument of the same name, which is the same for all
 * events of the feed.
 */
export function eventAnswer(
  { responseKey, eventFields }: StreamDocument,
  args: Readonly<Record<string, unknown>>,
  event: EventEnvelope,
  version: number,
): ExecutionResult | undefined {
  if (!eventFields) return undefined;
  const data = (event.data ?? {}) as Record<string, unknown>;
  const answer: Answer = {};
  for (const { key, from } of eventFields) {
    if (from.kind === 'version') answer[key] = version;
    else if (from.kind === 'constant') answer[key] = from.value;
    else {
      const value = data[from.property] ?? (from.property in data ? null : args[from.property]);
      if (value === undefined || (value === null && !from.nullable)) return undefined;
      answer[key] = value;
    }
  }
  return { data: { [responseKey]: answer } };
}
