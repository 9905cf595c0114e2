import type { ExecutionResult } from 'graphql';
import type { SubgraphRequest } from '#platform/subgraph/execution.ts';

/** What goes along with every fetch of one client request. */
export interface SubgraphFetchContext {
  /** The header value for this subgraph; undefined sends none. */
  authorizationFor(subgraph: string): Promise<string | undefined>;
  readonly traceparent: string;
  /**
   * Fetches share what is in flight only with those of the same freshness: an event's readers must not join a read that
   * began before it.
   */
  readonly freshness: string;
  /** Milliseconds since the epoch at which nobody waits for the answer any more. */
  readonly deadline: number;
  /** Fires when the client has gone: nothing more is read for it. What it asked to be changed is changed. */
  readonly gone?: AbortSignal;
}

/** A request that is written. */
export interface WrittenRequest {
  readonly query: string;
  readonly isQuery: boolean;
  /** The JSON of the whole request. */
  readonly body: Buffer;
  /** The same for all requests that ask the same, whatever they call their operation. */
  readonly sameAs: string;
}

/** A subgraph's answer in bytes, as it came. Its reader either takes values out of the bytes, or calls `read`. */
export interface UnreadAnswer {
  readonly kind: 'unread';
  readonly bytes: Buffer;
  /** Says that it was an answer without errors. */
  taken(): void;
  /** Reads it as any answer; never throws. The result belongs to the caller. */
  read(inspect?: AnswerInspection): ExecutionResult;
}

/** What a fetch gives: bytes that nobody has read, or a result where there are no bytes (a failure, or no network). */
export type FetchedAnswer = UnreadAnswer | { readonly kind: 'read'; readonly result: ExecutionResult };

/** Reads an answer if nobody has read it yet. */
export const resultOf = (answer: FetchedAnswer, inspect?: AnswerInspection): ExecutionResult =>
  answer.kind === 'unread' ? answer.read(inspect) : answer.result;

/**
 * One fetch of a plan. Never rejects: what went wrong stands in `errors`, with a code of the catalogue. The result
 * belongs to the caller.
 */
export interface SubgraphFetch {
  (request: SubgraphRequest, context: SubgraphFetchContext, inspect?: AnswerInspection): Promise<ExecutionResult>;
  /** The same without reading the answer, if it comes in bytes; undefined for a subgraph within this process. */
  readonly unread?: (request: WrittenRequest, context: SubgraphFetchContext) => Promise<FetchedAnswer>;
}

/**
 * Tells whether an answer is as the subgraph's schema says; one that is not counts as a failure. It may take out of the
 * answer what is wrong.
 */
export type AnswerInspection = (answer: ExecutionResult) => boolean;
