import { GraphQLError, type ExecutionResult } from 'graphql';
import type { Reservation } from '../access/callerLimits.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { Position } from './cursors.ts';
import { addressKey } from './feeds/feedAddress.ts';
import type { Rerouting, Route, SubscriptionRequest } from './routes.ts';
import type { StreamSink } from './streamSink.ts';
import type { Subscriber, SubscriberOwner } from './subscriber.ts';

/** A client's subscription, as the transports handle it. */
export interface OpenedSubscription {
  /** Starts to send messages to the sink. */
  start(): void;
  /** Ends it without telling the sink. */
  stop(): void;
  /**
   * To be called when the client has renewed its token: the subscription goes on with the rights of the new token, or
   * ends if they do not allow it.
   */
  renewed(): void;
}

/** What came of opening a subscription: it can start, or it is refused with an answer and does not run. */
export type Opening =
  | { readonly kind: 'opened'; readonly subscription: OpenedSubscription }
  | { readonly kind: 'refused'; readonly result: ExecutionResult };

/** What a subscription needs to find the shared stream that serves it, and to join it. */
export interface SubscriptionRouting {
  /** The route of the request in the present graph, or the answer that ends it if it has none any more. */
  reroute(request: SubscriptionRequest): Rerouting;
  /** Subscribes to the shared stream of a route; it is made if nobody else has it open. */
  subscribe(route: Route, sink: StreamSink, resumeFrom: Position | undefined, owner: SubscriberOwner): Subscriber;
  /** Hears, once, that a subscription has ended. */
  ended(subscription: RoutedSubscription): void;
  /** Turns an unexpected error into an answer that a client may see, and logs it. */
  unexpected(error: unknown): ExecutionResult;
}

/** What is counted while a subscription runs. */
export type Counted = Pick<Reservation, 'release'>;

/**
 * One client's subscription. Over its life it can take part in several shared streams: a renewed token, or another
 * version of the graph, can move it to another one.
 */
export class RoutedSubscription implements OpenedSubscription, SubscriberOwner {
  readonly #routing: SubscriptionRouting;
  readonly #sink: StreamSink;
  readonly #counted: Counted | undefined;
  #request: SubscriptionRequest;
  #subscriber: Subscriber | undefined;
  #route: Route | undefined;
  /** Whether the present subscriber's `begin` has succeeded. */
  #begun = false;
  #started = false;
  #over = false;

  constructor(routing: SubscriptionRouting, request: SubscriptionRequest, sink: StreamSink, counted?: Counted) {
    this.#routing = routing;
    this.#request = request;
    this.#sink = sink;
    this.#counted = counted;
  }

  get request(): SubscriptionRequest {
    return this.#request;
  }

  /** Joins the first stream. Resolves to undefined once it can start, or to the answer that ends it. */
  async begin(route: Route, resumeFrom: Position | undefined): Promise<ExecutionResult | undefined> {
    const first = this.#join(route, resumeFrom);
    const refused = await first.begin();
    // If the subscription has been moved in the meantime, the result is about another graph or other rights, and is
    // ignored.
    if (this.#subscriber !== first) return undefined;
    if (refused) this.#finish();
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
    const found = this.#routing.reroute(this.#request);
    if (found.kind === 'refused') this.#end(found.result);
    else if (found.route.shareClass.key !== this.#route?.shareClass.key) this.#move(found.route);
  }

  /**
   * Moves to another graph. `prepared` is the subscription's document for that graph; undefined if it is not valid
   * there, which ends the subscription with DOCUMENT_OUTDATED.
   */
  moveTo(prepared: PreparedDocument | undefined): void {
    if (this.#over) return;
    if (!prepared) return this.#end({ data: null, errors: [outdated()] });
    this.#request = { ...this.#request, prepared };
    const found = this.#routing.reroute(this.#request);
    if (found.kind === 'refused') this.#end(found.result);
    else this.#move(found.route);
  }

  #join(route: Route, resumeFrom: Position | undefined): Subscriber {
    this.#route = route;
    this.#begun = false;
    const subscriber = this.#routing.subscribe(route, this.#sink, resumeFrom, this);
    this.#subscriber = subscriber;
    return subscriber;
  }

  subscriberEnded(subscriber: Subscriber): void {
    // Before it has begun, whoever awaits that tells the client.
    if (this.#subscriber === subscriber && this.#begun) this.#finish();
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
        if (this.#subscriber === after) this.#end(this.#routing.unexpected(error));
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
    this.#routing.ended(this);
    this.#counted?.release();
  }
}

const outdated = () =>
  new GraphQLError('The schema has changed, and this document is no longer valid. Subscribe with a newer one.', {
    extensions: { code: 'DOCUMENT_OUTDATED' },
  });
