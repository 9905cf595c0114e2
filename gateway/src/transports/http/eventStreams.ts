import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import type { LoadGate } from '../../access/loadGate.ts';
import type { CallerLimits } from '../../access/callerLimits.ts';
import { varyBy } from './cacheControl.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import type { ClientIdentity } from '../../access/clientIdentity.ts';
import type { PreparedDocument } from '../../documents/documents.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import type { Caller } from '../../execution/pipeline.ts';
import { resetResponse, whenSent } from '#platform/http/resetConnection.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { ErrorCode } from '#schema/errorCodes.ts';
import { Refusal, retryAfterSeconds } from '../../errors/refusal.ts';
import { SessionToken } from '../../access/sessionToken.ts';
import { openCounted } from '../../streams/openCounted.ts';
import { payloadHead, type StreamMessage } from '../../streams/streamMessage.ts';
import type { StreamSink } from '../../streams/streamSink.ts';
import type { Subscriptions } from '../../streams/subscriptions.ts';
import { sendAway } from '../sendAway.ts';
import { visitInTurn } from '../visitInTurn.ts';
import { eventStream } from './mediaType.ts';
import vary from 'vary';
import type { AddressOf } from './clientAddress.ts';

/**
 * Error codes after which a client may subscribe again, at once or after a wait: those of `gateway/PROTOCOL.md`,
 * without those about tokens.
 */
const comesBack = new Set<string>([
  'CURSOR_INVALID',
  'SUBGRAPH_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL_SERVER_ERROR',
  'CONFLICT',
  'SHUTTING_DOWN',
  'TOO_MANY_REQUESTS',
] satisfies ErrorCode[]);
/** How long a client may take to go before it is cut off. */
const closeGraceMs = 1_000;
/** How often tokens are checked for expiry and revocation. */
const tokenCheckMs = 1_000;

export interface EventStreamOptions {
  readonly live: LiveGraph;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly policy: StreamPolicy;
  readonly limits: CallerLimits;
  readonly load: LoadGate;
  readonly addressOf: AddressOf;
  readonly log: Logger;
}

/** An operation that was admitted, with what the client sent along. */
export interface StreamedOperation {
  readonly prepared: PreparedDocument;
  /** Its name, if it is a trusted document. */
  readonly trusted: string | undefined;
  /** The variables that the operation declares, as the client sent them. */
  readonly variables: Record<string, unknown>;
  readonly resumeFrom: unknown;
  readonly authorization: string | undefined;
  readonly traceparent: string;
  /** How its events are written; by default as GraphQL over SSE has them. */
  readonly format?: EventFormat;
}

/** How a subscription is written that is not one of GraphQL over SSE. What it is refused for is thrown, not written. */
export interface EventFormat {
  /** Called before the response begins. */
  begin(): void;
  /** The whole event, its blank line included. */
  message(message: StreamMessage, prefix: string): string;
  /** The event that tells the errors with which the stream ends. */
  last(result: ExecutionResult): { readonly name: string; readonly data: string };
}

/**
 * GraphQL over Server-Sent Events in distinct connections mode: each operation has a response of its own; see
 * `gateway/PROTOCOL.md`. Subscriptions run on the same engine as those of WebSockets.
 */
export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<EventStreamResponse>();
  readonly #timers: NodeJS.Timeout[];
  #isClosing = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#timers = [
      visitInTurn(this.#open, options.policy.pingMs, (out) => out.heartbeat(performance.now())),
      visitInTurn(this.#open, tokenCheckMs, (out) => out.checkToken(Date.now())),
    ];
  }

  /** How many event streams are open. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * Runs an operation of a request that was counted, and writes its answers as events. Resolves when the response has
   * ended. @throws Refusal, before anything is written, for too many connections or a token that is refused
   */
  async run(request: IncomingMessage, response: ServerResponse, operation: StreamedOperation): Promise<void> {
    const { limits, clients, policy } = this.#options;
    const session = new SessionToken(clients);
    const principal = await session.begin(operation.authorization);
    // The client may have gone while its token was read. The response would never say so again, and keep its place.
    if (!response.socket) throw Refusal.of(400, 'BAD_REQUEST', 'The connection is closed.');
    const counted = [
      limits.reserveSlot(this.#options.addressOf(request)),
      limits.reserveConnection(principal),
      limits.reserveBytes(principal, JSON.stringify(operation.variables).length),
    ];
    const out = new EventStreamResponse(response, policy, session, operation.format);
    try {
      if (counted.includes(undefined))
        throw Refusal.tooMany(
          429,
          'There are too many connections, or their variables are too large. Close some, or try again later.',
        );
      this.#open.add(out);
      if (!operation.format) out.begin(operation.traceparent);
      await this.#send(out, operation, session);
    } finally {
      this.#open.delete(out);
      counted.forEach((each) => each?.release());
    }
  }

  /** Sends a refusal as an event, since a browser's EventSource does not show the body of any other response. */
  async refuse(response: ServerResponse, traceparent: string, errors: ExecutionResult['errors']): Promise<void> {
    const out = new EventStreamResponse(response, this.#options.policy);
    out.begin(traceparent);
    out.complete({ errors });
    await out.closed;
  }

  /** To be called when access was revoked: ends the event streams of the callers concerned. */
  endRevoked(): void {
    for (const each of this.#open) if (each.isRevoked) each.leaveSoon();
  }

  /** Ends every event stream without `complete`, so that its client comes back, on another replica. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#timers.forEach((timer) => clearInterval(timer));
    await sendAway(this.#open, {
      withinMs: this.#options.policy.drainMs,
      tell: (out) => out.leave(),
      cut: (out) => out.cut(),
    });
  }

  async #send(out: EventStreamResponse, operation: StreamedOperation, session: SessionToken): Promise<void> {
    const {
      live: {
        current: { pipeline },
      },
      subscriptions,
      limits,
      log,
      callerOf,
    } = this.#options;
    const { prepared, variables, resumeFrom, traceparent } = operation;
    try {
      if (prepared.operation.operation !== 'subscription') {
        const coerced = pipeline.coerce(prepared, variables);
        const leave = await this.#options.load.enter(
          operation,
          session.principal,
          this.#options.addressOf(out.request),
        );
        try {
          const { principal, authorization } = session;
          return out.complete(await pipeline.run(prepared, coerced, callerOf(principal, traceparent, authorization)));
        } finally {
          leave();
        }
      }
      if (!subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'Subscriptions are not available here.');
      // The channel is closing: the client is sent away, to come back elsewhere. A stream that began now would not be
      // ended by `close`.
      if (this.#isClosing) {
        if (operation.format) throw Refusal.unavailable('This replica goes away. Ask again; another one answers.');
        return out.leave();
      }
      const checked = subscriptions.check({ prepared, variables, resumeFrom, caller: session });
      const opening = await openCounted(subscriptions, checked, out, limits);
      if (opening.kind === 'refused') {
        if (operation.format) throw new Refusal('document', opening.result.errors ?? []);
        return out.end(opening.result);
      }
      const { subscription } = opening;
      if (operation.format) {
        operation.format.begin();
        out.begin(traceparent);
      }
      out.onClose(() => subscription.stop());
      subscription.start();
      await out.closed;
    } catch (error) {
      if (operation.format && !out.hasBegun) throw error;
      const last = { errors: error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, log)] };
      if (prepared.operation.operation === 'subscription') out.end(last);
      // With an incomplete response the client would come back, and the operation would run again.
      else out.complete(last);
    }
  }
}

/** One event stream response. Its client is cut off if it does not read. */
class EventStreamResponse implements StreamSink {
  readonly #response: ServerResponse;
  readonly #policy: StreamPolicy;
  readonly #session: SessionToken | undefined;
  readonly #format: EventFormat | undefined;
  readonly #endsAt: number;
  readonly closed: Promise<void>;
  #messages = 0;
  /** Since when there has been unread output. Undefined if the client has read everything. */
  #unreadSince: number | undefined;

  constructor(response: ServerResponse, policy: StreamPolicy, session?: SessionToken, format?: EventFormat) {
    this.#response = response;
    this.#policy = policy;
    this.#session = session;
    this.#format = format;
    this.#endsAt = performance.now() + policy.maxAgeMs * (0.9 + Math.random() / 5);
    this.closed = new Promise((resolve) => this.onClose(resolve));
  }

  get request(): IncomingMessage {
    return this.#response.req;
  }

  begin(traceparent: string): void {
    vary(this.#response, varyBy);
    this.#response.writeHead(200, {
      'content-type': `${eventStream}; charset=utf-8`,
      'cache-control': 'no-store',
      traceparent,
      // Tells proxies such as nginx not to buffer the response.
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
  }

  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  send(message: StreamMessage, prefix: string): void {
    this.#write(
      this.#format?.message(message, prefix) ??
        `event: next\nid: ${prefix}${message.position}\ndata: ${payloadHead}${prefix}${message.position}${message.rest}\n\n`,
    );
  }

  get isFull(): boolean {
    const unread = this.#response.writableLength;
    if (unread === 0) return false;
    return unread >= this.#policy.lagBytes || this.#messages >= this.#policy.lagMessages;
  }

  onRoom(listener: () => void): void {
    if (this.isFull) whenSent(this.#response, listener);
    else setImmediate(listener);
  }

  /**
   * Ends a subscription with its last answer. If the client may try again, the response ends without `complete`, and
   * with `retry` if the wait is longer than usual. After CURSOR_INVALID an empty `id` makes a browser forget the
   * cursor, which it would send again otherwise.
   */
  end(last?: ExecutionResult): void {
    const codes = (last?.errors ?? [])
      .map(({ extensions }) => String(extensions['code']))
      .filter((code) => code !== ('ERRORS_LEFT_OUT' satisfies ErrorCode));
    if (!last || codes.length === 0 || !codes.every((code) => comesBack.has(code))) return this.complete(last);
    const forget = codes.includes('CURSOR_INVALID') ? 'id:\n' : '';
    const wait = codes.includes('TOO_MANY_REQUESTS') ? `retry: ${retryAfterSeconds * 1_000}\n` : '';
    this.#write(this.#lastEvent(last, `${forget}${wait}`));
    this.leave();
  }

  /** Ends the response with `complete`, which tells the client not to come back. */
  complete(last?: ExecutionResult): void {
    if (last) this.#write(this.#lastEvent(last));
    if (!this.#isOver) this.#response.end('event: complete\ndata:\n\n');
  }

  #lastEvent(last: ExecutionResult, fields = ''): string {
    const { name, data } = this.#format?.last(last) ?? { name: 'next', data: stringifyExactly(last) };
    return `event: ${name}\n${fields}data: ${data}\n\n`;
  }

  /** Ends the response without `complete`, so that the client comes back. */
  leave(): void {
    this.#response.end();
  }

  /** The same, and cuts off a client that does not read the end within a second. */
  leaveSoon(): void {
    this.leave();
    setTimeout(() => this.cut(), closeGraceMs).unref();
  }

  get isRevoked(): boolean {
    return this.#session?.isRevoked ?? false;
  }

  /** Resets the response unless it is closed already. */
  cut(): void {
    if (!this.#response.closed) resetResponse(this.#response);
  }

  /**
   * Sends a comment, so that proxies do not take the connection for dead. Cuts off a client that has not read for too
   * long, and ends a stream that has reached its maximum age.
   */
  heartbeat(now: number): void {
    if (this.#response.writableLength > 0) {
      this.#unreadSince ??= now;
      if (now - this.#unreadSince > this.#policy.maxStallMs) this.cut();
      return;
    }
    this.#unreadSince = undefined;
    if (now > this.#endsAt) this.leave();
    else this.#response.write(':\n\n');
  }

  /**
   * Ends the stream without `complete` once its token has expired or was revoked: the client comes back with another
   * token.
   */
  checkToken(wallClock: number): void {
    if (this.isRevoked || this.#session?.isExpired(wallClock)) this.leave();
  }

  onClose(heard: () => void): void {
    if (this.#isOver) heard();
    else this.#response.once('close', heard);
  }

  get #isOver(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.#messages = this.#response.writableLength === 0 ? 0 : this.#messages + 1;
    this.#response.write(text);
  }
}
