import type { ExecutionResult } from 'graphql';
import { stringifyExactly } from '../documents/exactNumber.ts';
import { parseJson } from '../documents/parseJson.ts';
import { payloadHead, type StreamMark, type StreamMessage } from '../streams/streamMessage.ts';
import { RestError } from './restError.ts';
import type { Route } from './route.ts';
import { shapeAnswer } from './shapeAnswer.ts';

/** A message of a stream as REST tells it. */
export interface FeedEvent extends StreamMark {
  /** The resource, as the route's document selects it; null if it could not be read for this event. */
  readonly data: unknown;
}

/** Makes a feed's event of a message. `prefix` is the first part of the subscription's cursors. */
export function feedEvent(route: Route, { position, rest }: StreamMessage, prefix: string): FeedEvent {
  const { extensions, ...result } = parseJson(`${payloadHead}${prefix}${position}${rest}`, {
    trusted: true,
  }) as ExecutionResult & { readonly extensions: { readonly stream: StreamMark } };
  return { ...extensions.stream, data: dataOf(route, result) };
}

/** The event as JSON, and its cursor. */
export function feedEventText(
  route: Route,
  message: StreamMessage,
  prefix: string,
): { readonly cursor: string; readonly text: string } {
  return { cursor: `${prefix}${message.position}`, text: stringifyExactly(feedEvent(route, message, prefix)) };
}

function dataOf(route: Route, result: ExecutionResult): unknown {
  try {
    return shapeAnswer(route, result, false).body;
  } catch (error) {
    // The rest of the feed holds: the next event has the resource as it is then.
    if (error instanceof RestError) return null;
    throw error;
  }
}

/** What a request for a feed says in its query besides the variables of its document. */
export interface FeedQuery {
  readonly after: string | undefined;
  readonly waitMs: number;
}

/** In seconds. A poll that did not wait at all could not be told what it has missed, which has to be read first. */
export const waitBounds = { least: 1, usual: 20, most: 30 } as const;

/** Takes what is about the feed out of the query, so that what is left are variables. @throws RestError 400 */
export function takeFeedQuery(query: URLSearchParams, lastEventId: string | undefined): FeedQuery {
  const wait = query.get('wait') ?? String(waitBounds.usual);
  const after = lastEventId || query.get('after') || undefined;
  const seconds = /^\d{1,2}$/.test(wait) ? Number(wait) : 0;
  if (seconds < waitBounds.least || seconds > waitBounds.most)
    throw RestError.invalid([
      { field: 'wait', message: `Must be a whole number from ${waitBounds.least} to ${waitBounds.most}` },
    ]);
  query.delete('wait');
  query.delete('after');
  return { after, waitMs: seconds * 1_000 };
}
