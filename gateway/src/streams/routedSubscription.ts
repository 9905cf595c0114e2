import { GraphQLError, type ExecutionResult } from 'graphql';
import type { PreparedDocument } from '../documents/documents.ts';
import type { Position } from './cursors.ts';
import { addressKey } from './feeds/feedAddress.ts';
import type { Route, SubscriptionRequest } from './routes.ts';
import type { StreamSink } from './streamSink.ts';
import type { Subscriber } from './subscriber.ts';

/** A subscription that runs. */
export interface OpenedSubscription {
  /** From here on its sink is handed messages. */
  start(): void;
  /** Ends it, without a word to its sink. */
  stop(): void;
  /** Its caller has another token: it goes on under the rights of that one, or ends. */
  renewed(): void;
}

/** What it goes by. */
export interface Leads {
  /** Where it leads now; the answer that ends it, if it leads nowhere. */
  reroute(request: SubscriptionRequest): Route | ExecutionResult;
  /** A subscriber of the stream that a route leads to, with all who are led to the same. */
  subscribe(route: Route, sink: StreamSink, resumeFrom: Position | undefined, onEnd: () => void): Subscriber;
  /** What went wrong, as a client may be told it. */
  unexpected(error: unknown): ExecutionResult;
}

/**
 * A client's subscription, through all the streams that it takes part in: another token or another graph may lead it to
 * another one.
 */
export class RoutedSubscription implements OpenedSubscription {
  readonly #leads: Leads;
  readonly #sink: StreamSink;
  readonly #onEnd: () => void;
  #request: SubscriptionRequest;
  #subscriber: Subscriber | undefined;
  #route: Route | undefined;
  /** The subscriber has what it begins with. */
  #begun = false;
  #started = false;
  #over = false;

  constructor(leads: Leads, request: SubscriptionRequest, sink: StreamSink, onEnd: () => void) {
    this.#leads = leads;
    this.#request = request;
    this.#sink = sink;
    this.#onEnd = onEnd;
  }

  get request(): SubscriptionRequest {
    return this.#request;
  }

  async begin(route: Route, resumeFrom: Position | undefined): Promise<ExecutionResult | undefined> {
    const first = this.#join(route, resumeFrom);
    const refused = await first.begin();
    // Moved meanwhile: what the first was told is of another graph, or of other rights, and ends nothing.
    if (this.#subscriber !== first) return undefined;
    this.#begun = true;
    return refused;
  }

  start(): void {
    this.#started = true;
    if (this.#begun && !this.#over) this.#subscriber?.start();
  }

  stop(): void {
    this.#finish();
    this.#subscriber?.stop();
  }

  renewed(): void {
    const route = this.#leads.reroute(this.#request);
    if (!('shareClass' in route)) this.#end(route);
    else if (route.shareClass.key !== this.#route?.shareClass.key) this.#move(route);
  }

  /** To the same document in another graph; undefined: it is none there. */
  moveTo(prepared: PreparedDocument | undefined): void {
    if (this.#over) return;
    if (!prepared) return this.#end({ data: null, errors: [outdated()] });
    this.#request = { ...this.#request, prepared };
    const route = this.#leads.reroute(this.#request);
    if ('shareClass' in route) this.#move(route);
    else this.#end(route);
  }

  #join(route: Route, resumeFrom: Position | undefined): Subscriber {
    this.#route = route;
    this.#begun = false;
    const subscriber: Subscriber = this.#leads.subscribe(route, this.#sink, resumeFrom, () => {
      if (this.#subscriber === subscriber) this.#finish();
    });
    this.#subscriber = subscriber;
    return subscriber;
  }

  #move(route: Route): void {
    const before = this.#subscriber;
    const isSameFeed = this.#route !== undefined && addressKey(this.#route.feed) === addressKey(route.feed);
    const after = this.#join(route, isSameFeed ? before?.position : undefined);
    before?.stop();
    after.begin().then(
      (refused) => {
        if (this.#subscriber !== after || this.#over) return;
        this.#begun = true;
        if (refused) this.#end(refused);
        else if (this.#started) after.start();
      },
      (error: unknown) => {
        if (this.#subscriber === after) this.#end(this.#leads.unexpected(error));
      },
    );
  }

  #end(result: ExecutionResult): void {
    if (this.#over) return;
    this.stop();
    this.#sink.end(result);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd();
  }
}

const outdated = () =>
  new GraphQLError('The graph is another one now, and has no such document. Subscribe with one that fits.', {
    extensions: { code: 'DOCUMENT_OUTDATED' },
  });
