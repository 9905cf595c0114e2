import { GraphQLError, type ExecutionResult } from 'graphql';
import type { EventEnvelope } from '#platform/events/defineEvent.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { endKey, versionKey, type StreamDocument } from './streamDocument.ts';

type Answer = Record<string, unknown>;

/**
 * What a read of a stream's selection came to. `failed`: a part of the graph did not answer; again later. `refused`:
 * there is nothing to follow, or no more.
 */
export type StreamAnswer =
  | {
      readonly kind: 'answer';
      readonly result: ExecutionResult;
      /** Up to which it holds; undefined where the stream does not say. */ readonly version: number | undefined;
      /** Nothing follows. */ readonly isLast: boolean;
    }
  | { readonly kind: 'failed' | 'refused'; readonly result: ExecutionResult };

const passing = new Set<unknown>([
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'TOO_MANY_REQUESTS',
  'CONFLICT',
] satisfies ErrorCode[]);

export const refusalAt = (responseKey: string, code: ErrorCode, message: string): ExecutionResult => ({
  data: null,
  errors: [new GraphQLError(message, { path: [responseKey], extensions: { code } })],
});

export const nothingToFollow = (responseKey: string): ExecutionResult => ({
  errors: refusalAt(responseKey, 'NOT_FOUND', 'There is nothing to follow: it does not exist, or is not yours.').errors,
});

/** Looks at what was read, and takes out of it what only we asked for. */
export function answerOf(
  result: ExecutionResult,
  { responseKey, asksVersion, asksEnd, declaration }: StreamDocument,
): StreamAnswer {
  const answer = (result.data?.[responseKey] ?? null) as Answer | null;
  if (answer === null) {
    const failed = result.errors?.some((error) => passing.has(error.extensions['code']));
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
 * What the event says of itself wins over what a later read returned. A field that was refused, or failed, stays null.
 */
export function overlay(result: ExecutionResult, stream: StreamDocument, event: EventEnvelope, version: number): void {
  const answer = result.data?.[stream.responseKey] as Answer;
  const data = event.data as Record<string, unknown> | null;
  for (const { key, property } of stream.carries) {
    if (answer[key] != null && data?.[property] !== undefined) answer[key] = data[property];
  }
  // What the selection's conditions leave out is not in the answer, and stays out.
  for (const key of stream.versionKeys) if (answer[key] != null) answer[key] = version;
}

/** Whether an event says that nothing follows. */
export const isLastEvent = ({ declaration: { ends } }: StreamDocument, event: EventEnvelope): boolean =>
  ends !== undefined && ends.values.has((event.data as Record<string, unknown> | null)?.[ends.property]);

/**
 * The answer that an event gives by itself; undefined if it does not say everything. What no event says is an argument:
 * what the feed says of all its events.
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
    if (from === 'version') answer[key] = version;
    else if ('constant' in from) answer[key] = from.constant;
    else {
      const value = data[from.property] ?? (from.property in data ? null : args[from.property]);
      if (value === undefined || (value === null && !from.nullable)) return undefined;
      answer[key] = value;
    }
  }
  return { data: { [responseKey]: answer } };
}
