import type { GraphQLFormattedError } from 'graphql';
import type { FormattedExecutionResult } from 'graphql-ws';

/**
 * Why the server sent the whole state instead of the missed messages; see `gateway/PROTOCOL.md`. Only `cursor-invalid`
 * comes from this client: the server refused its cursor, so it subscribed without one.
 */
export type ResyncReason =
  'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale' | 'cursor-invalid';

export interface StreamMessage<Data> {
  /** The data of the GraphQL answer; null if all of it failed. */
  readonly data: Data | null;
  /** Errors of single fields of this message; the other fields are valid. */
  readonly errors: readonly GraphQLFormattedError[];
  /**
   * `snapshot`: the current state, at the beginning. `event`: the next change. `resync`: the current state again;
   * changes before it may have been missed.
   */
  readonly kind: 'snapshot' | 'event' | 'resync';
  /** Why there was a `resync`; only set for one. */
  readonly reason?: ResyncReason;
  /** Grows from message to message, except at a `resync`. Undefined if the server keeps no versions for this stream. */
  readonly version: number | undefined;
  /** Pass it as `resumeFrom` to resume after this message. It is opaque; undefined if the server gives none. */
  readonly cursor: string | undefined;
}

interface Mark {
  readonly kind: StreamMessage<unknown>['kind'];
  readonly cursor: string;
  readonly version: number;
  readonly reason?: ResyncReason;
}

export type Answer = FormattedExecutionResult<Record<string, unknown>, unknown>;

export const markOf = (answer: Answer): Mark | undefined =>
  (answer.extensions as { stream?: Mark } | undefined)?.stream;

/** An answer without anything in it but why: the last word of a stream. */
export function isLastWord(answer: Answer): boolean {
  return (
    markOf(answer) === undefined &&
    (answer.errors?.length ?? 0) > 0 &&
    Object.values(answer.data ?? {}).every((value) => value === null)
  );
}

export function messageOf<Data>(answer: Answer, isAfresh: boolean): StreamMessage<Data> {
  const mark = markOf(answer);
  const resync = isAfresh && mark?.kind === 'snapshot';
  const reason = resync ? 'cursor-invalid' : mark?.reason;
  return {
    data: (answer.data ?? null) as Data | null,
    errors: answer.errors ?? [],
    kind: resync ? 'resync' : (mark?.kind ?? 'event'),
    ...(reason === undefined ? {} : { reason }),
    version: mark?.version,
    cursor: mark?.cursor,
  };
}
