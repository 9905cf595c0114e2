import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { revoked, type AuthenticatedClient, type ClientIdentity } from '../../access/clientIdentity.ts';
import type { CallerLimits } from '../../access/callerLimits.ts';
import type { PreparedDocument } from '../../documents/documents.ts';
import { Refusal } from '../../errors/refusal.ts';
import { feedEvent, feedEventText, type FeedEvent } from '../../rest/feedEvent.ts';
import { errorBody, errorOf } from '../../rest/restError.ts';
import type { Route } from '../../rest/route.ts';
import { openCounted } from '../../streams/openCounted.ts';
import type { StreamMessage } from '../../streams/streamMessage.ts';
import type { StreamSink } from '../../streams/streamSink.ts';
import type { Subscriptions } from '../../streams/subscriptions.ts';
import type { EventStreams } from '../http/eventStreams.ts';

/** So many events are in one answer of a poll; the next poll has those after them. */
const eventsOfPoll = 64;

export interface RestFeedsOptions {
  /** Undefined where there is no event bus: feeds are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly limits: CallerLimits;
  readonly eventStreams: EventStreams;
}

/** A request for a feed. */
export interface AskedFeed {
  readonly route: Route;
  readonly prepared: PreparedDocument;
  readonly variables: Record<string, unknown>;
  readonly client: AuthenticatedClient;
  /** From where it comes. */
  readonly address: string;
  /** The cursor of the last event that the client has. */
  readonly after: string | undefined;
}

/** The answer to a poll. */
export interface FeedPage {
  readonly data: readonly FeedEvent[];
  readonly page: {
    /** What the next poll sends as `after`. */
    readonly after: string | null;
    /** Whether nothing more will come: the order has ended. */
    readonly complete: boolean;
  };
}

/**
 * Feeds of events over REST, on the engine and with the cursors of all streams: whoever polls with the cursor of the
 * last answer, or comes back to an event stream with the last id, misses nothing.
 */
export class RestFeeds {
  readonly #options: RestFeedsOptions;
  readonly #polls = new Set<PolledEvents>();

  constructor(options: RestFeedsOptions) {
    this.#options = options;
  }

  /**
   * Waits for events after the cursor, or without one for the present state; at most `waitMs`. Resolves to what came,
   * which may be nothing. @throws Refusal
   */
  async poll(asked: AskedFeed, waitMs: number, gone: AbortSignal): Promise<FeedPage> {
    const { limits, clients } = this.#options;
    const { client, after } = asked;
    const counted = [limits.reserveSlot(asked.address), limits.reserveConnection(client.principal)];
    const events = new PolledEvents(asked.route);
    const stop = () => events.stop();
    const timer = setTimeout(stop, waitMs);
    gone.addEventListener('abort', stop, { once: true });
    this.#polls.add(events);
    try {
      if (counted.includes(undefined)) throw Refusal.tooMany(429, 'There are too many connections. Close some.');
      const page = await this.#collect(asked, events);
      // Access may have been revoked while the poll waited.
      if (clients.isRevoked(client)) throw revoked();
      return { ...page, page: { ...page.page, after: page.page.after ?? after ?? null } };
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', stop);
      this.#polls.delete(events);
      counted.forEach((each) => each?.release());
    }
  }

  async #collect(asked: AskedFeed, events: PolledEvents): Promise<FeedPage> {
    const { limits } = this.#options;
    const subscriptions = this.#subscriptions();
    const { prepared, variables, client, after } = asked;
    const request = { prepared, variables, resumeFrom: after, caller: client };
    const opening = await openCounted(subscriptions, subscriptions.check(request), events, limits);
    if (opening.kind === 'refused') throw refusedBy(opening.result);
    try {
      opening.subscription.start();
      return await events.collected;
    } finally {
      opening.subscription.stop();
    }
  }

  /**
   * Answers with an event stream until the client goes or the feed ends. `begin` is called before anything is written.
   * @throws Refusal while nothing is
   */
  async stream(
    asked: Omit<AskedFeed, 'client' | 'address'> & {
      readonly authorization: string | undefined;
      readonly traceparent: string;
    },
    request: IncomingMessage,
    response: ServerResponse,
    begin: () => void,
  ): Promise<void> {
    this.#subscriptions();
    const { route, prepared, variables, after, authorization, traceparent } = asked;
    await this.#options.eventStreams.run(request, response, {
      ...{ prepared, variables, authorization, traceparent },
      trusted: route.operationName,
      resumeFrom: after,
      format: {
        begin,
        message: (message, prefix) => {
          const { cursor, text } = feedEventText(route, message, prefix);
          return `id: ${cursor}\ndata: ${text}\n\n`;
        },
        last: ({ errors = [] }) => {
          const error = errorOf(errors, false);
          return { name: 'error', data: JSON.stringify(errorBody(error, false)) };
        },
      },
    });
  }

  /** Ends the polls that wait, so that their clients come back, to another replica. */
  close(): void {
    this.#polls.forEach((each) => each.stop());
  }

  #subscriptions(): Subscriptions {
    const { subscriptions } = this.#options;
    if (!subscriptions) throw Refusal.unavailable('Feeds of events are not available here.');
    return subscriptions;
  }
}

const refusedBy = ({ errors = [] }: ExecutionResult): Refusal => new Refusal('document', errors);

/** Collects what comes until there is something to answer with. */
class PolledEvents implements StreamSink {
  readonly #route: Route;
  readonly #events: FeedEvent[] = [];
  readonly collected: Promise<FeedPage>;
  #settle!: (result: { readonly errors: readonly GraphQLError[]; readonly complete: boolean }) => void;

  constructor(route: Route) {
    this.#route = route;
    this.collected = new Promise((resolve, reject) => {
      this.#settle = ({ errors, complete }) => {
        if (this.#events.length === 0 && errors.length > 0) reject(refusedBy({ errors }));
        else resolve({ data: this.#events, page: { after: this.#events.at(-1)?.cursor ?? null, complete } });
      };
    });
    // Nobody waits for it when the feed is refused before it begins.
    this.collected.catch(() => undefined);
  }

  send(message: StreamMessage, prefix: string): void {
    // What comes in the same turn, such as events that were missed, is told together; and that the feed ends.
    if (this.#events.length === 0) setImmediate(() => this.stop());
    if (!this.isFull) this.#events.push(feedEvent(this.#route, message, prefix));
  }

  get isFull(): boolean {
    return this.#events.length >= eventsOfPoll;
  }

  /** A poll that is full ends, so that there is never room again. */
  onRoom(): void {}

  end({ errors = [] }: ExecutionResult = {}): void {
    this.#settle({ errors, complete: errors.length === 0 });
  }

  /** Answers with what there is. */
  stop(): void {
    this.#settle({ errors: [], complete: false });
  }
}
