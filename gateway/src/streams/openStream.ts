import { GraphQLError, type ExecutionResult } from 'graphql';
import type { StreamPolicy } from '../channelManifest.ts';
import { EventQueue } from './eventQueue.ts';
import { versionKey, type StreamDocument } from './streamDocument.ts';
import type { FeedEvent, StreamHub } from './streamHub.ts';

export interface StreamOptions {
  readonly stream: StreamDocument;
  readonly hub: StreamHub;
  readonly topics: readonly string[];
  readonly feed: string;
  readonly policy: StreamPolicy;
  /** Answers the selection now. Reads under the same freshness may be shared. */
  readonly read: (freshness: string) => Promise<ExecutionResult>;
}

/** A running stream. `return` ends it at once, also while it waits. */
export type Stream = AsyncGenerator<ExecutionResult, void, void>;

type Answer = Record<string, unknown>;

const answerOf = (result: ExecutionResult, { responseKey }: StreamDocument): Answer | null => (result.data?.[responseKey] ?? null) as Answer | null;

/** Takes the version out of an answer; undefined where the stream has none. */
function takeVersion(result: ExecutionResult, stream: StreamDocument): number | undefined {
  const answer = answerOf(result, stream);
  if (!stream.asksVersion || answer === null) return undefined;
  const version = answer[versionKey];
  delete answer[versionKey];
  return typeof version === 'number' ? version : undefined;
}

/** What the event says of itself wins over what a later read returned. A field that was refused, or failed, stays null. */
function overlay(result: ExecutionResult, stream: StreamDocument, event: FeedEvent['event']): void {
  const answer = answerOf(result, stream);
  const data = event.data as Record<string, unknown> | null;
  for (const { key, property } of stream.carries) {
    if (answer?.[key] != null && data?.[property] !== undefined) answer[key] = data[property];
  }
}

/** Versions already sent, by topic; what is not above them is not sent again. */
class Sent {
  readonly #versions = new Map<string, number>();

  isNew = ({ topic, version }: FeedEvent): boolean => version > (this.#versions.get(topic) ?? 0);

  mark(topic: string, version: number): void {
    this.#versions.set(topic, Math.max(version, this.#versions.get(topic) ?? 0));
  }
}

/**
 * Follows a feed: first a snapshot, then one message per event in the order of the feed, none twice. Following begins before the snapshot
 * is read, so nothing falls between the two. A subscription that cannot keep up gets a snapshot, marked `extensions.stream.snapshot: "lagged"`.
 * If the snapshot is null or refused there is nothing to follow: the result is that answer, and no stream.
 */
export async function openStream(options: StreamOptions): Promise<Stream | ExecutionResult> {
  const { stream, hub, topics, feed, policy, read } = options;
  const latest = stream.declaration.delivery === 'latest';
  const queue = new EventQueue({ max: policy.maxQueuedEvents, latest });
  // A feed may have events that this stream does not declare.
  const unfollow = hub.follow(topics, feed, (each) => { if (stream.declaration.events.includes(each.event.eventType)) queue.push(each); });
  const stop = () => {
    unfollow();
    queue.close();
  };
  let snapshot: ExecutionResult;
  try {
    snapshot = await read(`subscribe ${crypto.randomUUID()}`);
  } catch (error) {
    stop();
    throw error;
  }
  if (answerOf(snapshot, stream) === null) {
    stop();
    return snapshot.errors ? snapshot : { errors: [new GraphQLError('There is nothing to follow: it does not exist, or is not yours.', { path: [stream.responseKey], extensions: { code: 'NOT_FOUND' } })] };
  }
  return endable(messages(options, queue, snapshot), stop);
}

async function* messages({ stream, topics, policy, read }: StreamOptions, queue: EventQueue, snapshot: ExecutionResult): Stream {
  const sent = new Sent();
  const markRead = (result: ExecutionResult) => {
    const version = takeVersion(result, stream);
    // A version counts one feed; with several topics the answer cannot say which.
    if (version !== undefined && topics.length === 1) sent.mark(topics[0]!, version);
  };
  markRead(snapshot);
  yield snapshot;
  for (;;) {
    const taken = await queue.take();
    if (taken.kind === 'closed') return;
    if (taken.kind === 'lagged') {
      const result = await read(`lagged ${crypto.randomUUID()}`);
      markRead(result);
      yield { ...result, extensions: { ...result.extensions, stream: { snapshot: 'lagged' } } };
      continue;
    }
    if (!sent.isNew(taken.event)) continue;
    sent.mark(taken.event.topic, taken.event.version);
    const result = await read(taken.event.event.eventId);
    if (stream.carries.length > 0) {
      // The read may be ahead of this event; those between have messages of their own, each with what it carries.
      takeVersion(result, stream);
      overlay(result, stream, taken.event.event);
    } else markRead(result);
    yield result;
    if (stream.declaration.delivery === 'latest') await queue.pause(policy.latestIntervalMs);
  }
}

/** A generator that waits does not hear `return` until it goes on: stop what it waits for first. */
function endable(inner: Stream, stop: () => void): Stream {
  return {
    next: () => inner.next(),
    return: (value) => {
      stop();
      return inner.return(value);
    },
    throw: (error) => {
      stop();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
