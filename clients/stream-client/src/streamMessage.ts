import type { GraphQLFormattedError } from 'graphql';
import type { FormattedExecutionResult } from 'graphql-ws';

/**
 * Why the whole comes instead of what was missed; see `gateway/PROTOCOL.md`. `cursor-invalid` is this client's own: its
 * cursor was refused, and it subscribed afresh.
 */
export type ResyncReason =
  'lagged' | 'too-far-behind' | 'expired' | 'epoch-changed' | 'gap' | 'stale' | 'cursor-invalid';

export interface StreamMessage<Data> {
  /** As the GraphQL answer has it; null where the whole of it failed. */
  readonly data: Data | null;
  /** Parts of this message that failed; the rest holds. */
  readonly errors: readonly GraphQLFormattedError[];
  /**
   * `snapshot`: how it is now, at the beginning. `event`: what comes next. `resync`: how it is now; what lies between
   * may not have been told.
   */
  readonly kind: 'snapshot' | 'event' | 'resync';
  /** Of a `resync`. */
  readonly reason?: ResyncReason;
  /** Grows from message to message, but for a `resync`. Undefined where the server keeps none. */
  readonly version: number | undefined;
  /** To go on from here with, as `resumeFrom`. Opaque; undefined where the server gives none. */
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
