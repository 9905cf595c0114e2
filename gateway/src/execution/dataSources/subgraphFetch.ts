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
  /** The JSON of the whole request, a character for each byte. */
  readonly body: string;
}

/** An answer as it came. Whoever has it either takes what is in the bytes, or lets it be read. */
export interface UnreadAnswer {
  readonly bytes: Buffer;
  /** The same, a character for each byte. */
  readonly text: string;
  /** Says that it was an answer without errors. */
  taken(): void;
  /** Reads it as any answer; never throws. The result belongs to the caller. */
  read(inspect?: AnswerInspection): ExecutionResult;
}

export const isUnread = (came: UnreadAnswer | ExecutionResult): came is UnreadAnswer => 'bytes' in came;

/**
 * One fetch of a plan. Never rejects: what went wrong stands in `errors`, with a code of the catalogue. The result
 * belongs to the caller.
 */
export interface SubgraphFetch {
  (request: SubgraphRequest, context: SubgraphFetchContext, inspect?: AnswerInspection): Promise<ExecutionResult>;
  /** The same without reading the answer, if it comes in bytes; undefined for a subgraph within this process. */
  readonly unread?: (request: WrittenRequest, context: SubgraphFetchContext) => Promise<UnreadAnswer | ExecutionResult>;
}

/**
 * Tells whether an answer is as the subgraph's schema says; one that is not counts as a failure. It may take out of the
 * answer what is wrong.
 */
export type AnswerInspection = (answer: ExecutionResult) => boolean;
