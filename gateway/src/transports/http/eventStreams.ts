import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import type { CallerLimits } from '../../access/callerLimits.ts';
import { varyBy } from './cacheControl.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import type { ClientIdentity } from '../../access/clientIdentity.ts';
import type { PreparedDocument } from '../../documents/documents.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import type { Caller } from '../../execution/pipeline.ts';
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

/**
 * Codes with which a subscription may be asked for again at once, or after a wait: the same set, but for tokens, as
 * `gateway/PROTOCOL.md` names.
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
const closeGraceMs = 1_000;
const lookEveryMs = 1_000;

export interface EventStreamOptions {
  readonly live: LiveGraph;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly policy: StreamPolicy;
  readonly limits: CallerLimits;
  readonly log: Logger;
}

/** An operation that may run, as a client asked for it. */
export interface StreamedOperation {
  readonly prepared: PreparedDocument;
  /** Those that are declared, as the client sent them. */
  readonly variables: Record<string, unknown>;
  readonly resumeFrom: unknown;
  readonly authorization: string | undefined;
  readonly traceparent: string;
}

/**
 * GraphQL over Server-Sent Events, distinct connections mode: one response for each operation; see
 * `gateway/PROTOCOL.md`. The engine is that of the sockets.
 */
export class EventStreams {
  readonly #options: EventStreamOptions;
  readonly #open = new Set<EventStreamResponse>();
  readonly #timers: NodeJS.Timeout[];
  #isClosing = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#timers = [
      visitInTurn(this.#open, options.policy.pingMs, (out) => out.beat(performance.now())),
      visitInTurn(this.#open, lookEveryMs, (out) => out.look(Date.now())),
    ];
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Resolves when the response is over. @throws Refusal before anything was written, for too many connections or a
   * token that is not good
   */
  async run(request: IncomingMessage, response: ServerResponse, operation: StreamedOperation): Promise<void> {
    const { limits, clients, policy } = this.#options;
    const session = new SessionToken(clients);
    const principal = await session.begin(operation.authorization);
    // Behind another answer it would begin when that ends, if ever, and hold a place until then.
    if (!response.socket)
      throw Refusal.of(
        400,
        'BAD_REQUEST',
        'An event stream is asked for on a connection on which nothing else is under way.',
      );
    const counted = [
      limits.reserveSlot(),
      limits.reserveConnection(principal),
      limits.reserveBytes(principal, JSON.stringify(operation.variables).length),
    ];
    const out = new EventStreamResponse(response, policy, session);
    try {
      if (counted.includes(undefined))
        throw Refusal.tooMany(
          429,
          'There are too many connections, or their variables are too large. Close some, or try again later.',
        );
      this.#open.add(out);
      out.begin(operation.traceparent);
      await this.#send(out, operation, session);
    } finally {
      this.#open.delete(out);
      counted.forEach((release) => release?.());
    }
  }

  /** What is refused is an event, too: a browser hides the body of any other response. */
  async refuse(response: ServerResponse, traceparent: string, errors: ExecutionResult['errors']): Promise<void> {
    const out = new EventStreamResponse(response, this.#options.policy);
    out.begin(traceparent);
    out.complete({ errors });
    await out.closed;
  }

  /** To be called when access was revoked: whoever is meant is told nothing more, and has to go. */
  endRevoked(): void {
    for (const each of this.#open) if (each.isRevoked) each.leaveSoon();
  }

  /** Ends every response, a few at a time, so that its client goes on elsewhere; those that do not read are cut. */
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
        return out.complete(
          await pipeline.run(
            prepared,
            pipeline.coerce(prepared, variables),
            callerOf(session.principal, traceparent, session.authorization),
          ),
        );
      }
      if (!subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'There are no streams here.');
      // It comes back elsewhere; begun now, nobody would end it any more.
      if (this.#isClosing) return out.leave();
      const checked = subscriptions.check({ prepared, variables, resumeFrom, principal: () => session.principal });
      const opened = await openCounted(subscriptions, checked, out, limits);
      if (!('start' in opened)) return out.end(opened);
      out.onClose(() => opened.stop());
      opened.start();
      await out.closed;
    } catch (error) {
      const last = { errors: error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, log)] };
      if (prepared.operation.operation === 'subscription') out.end(last);
      // A client that came back would have it carried out again.
      else out.complete(last);
    }
  }
}

/** One response, as to what it may cost: a client that does not read is cut off. */
class EventStreamResponse implements StreamSink {
  readonly #response: ServerResponse;
  readonly #policy: StreamPolicy;
  readonly #session: SessionToken | undefined;
  readonly #oldAt: number;
  readonly closed: Promise<void>;
  #messages = 0;
  /** Since when what waits was not all taken. */
  #unreadSince: number | undefined;

  constructor(response: ServerResponse, policy: StreamPolicy, session?: SessionToken) {
    this.#response = response;
    this.#policy = policy;
    this.#session = session;
    this.#oldAt = performance.now() + policy.maxAgeMs * (0.9 + Math.random() / 5);
    this.closed = new Promise((resolve) => this.onClose(resolve));
  }

  begin(traceparent: string): void {
    vary(this.#response, varyBy);
    this.#response.writeHead(200, {
      'content-type': `${eventStream}; charset=utf-8`,
      'cache-control': 'no-store',
      traceparent,
      // For proxies that would collect it.
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
  }

  send(message: StreamMessage, prefix: string): void {
    this.#write(
      `event: next\nid: ${prefix}${message.position}\ndata: ${payloadHead}${prefix}${message.position}${message.rest}\n\n`,
    );
  }

  get isFull(): boolean {
    const unread = this.#response.writableLength;
    if (unread === 0) return false;
    return unread >= this.#policy.lagBytes || this.#messages >= this.#policy.lagMessages;
  }

  onRoom(listener: () => void): void {
    const { socket } = this.#response;
    if (!this.isFull || !socket) setImmediate(listener);
    // An empty write comes after all that waits, and says so. `drain` does not come for what Node does not call much.
    else
      socket.write('', (error) => {
        if (!error) listener();
      });
  }

  /**
   * The last word of a subscription. What may be well the next time ends without `complete`, after how long to wait
   * where that is longer than usual; of a cursor that is none, a browser is made to forget it, since it would bring it
   * again.
   */
  end(last?: ExecutionResult): void {
    const codes = (last?.errors ?? []).map(({ extensions }) => String(extensions['code']));
    if (!last || codes.length === 0 || !codes.every((code) => comesBack.has(code))) return this.complete(last);
    const forget = codes.includes('CURSOR_INVALID') ? 'id:\n' : '';
    const wait = codes.includes('TOO_MANY_REQUESTS') ? `retry: ${retryAfterSeconds * 1_000}\n` : '';
    this.#write(`event: next\n${forget}${wait}data: ${stringifyExactly(last)}\n\n`);
    this.leave();
  }

  /** `complete` says that nobody needs to come back. */
  complete(last?: ExecutionResult): void {
    if (last) this.#write(`event: next\ndata: ${stringifyExactly(last)}\n\n`);
    if (!this.#isOver) this.#response.end('event: complete\ndata:\n\n');
  }

  /** Ends it so that its client comes back. */
  leave(): void {
    this.#response.end();
  }

  /** The same, of a client that may not read. */
  leaveSoon(): void {
    this.leave();
    setTimeout(() => this.cut(), closeGraceMs).unref();
  }

  get isRevoked(): boolean {
    return this.#session?.isRevoked ?? false;
  }

  /** If it is still there, because it does not read. */
  cut(): void {
    if (!this.#response.closed) this.#response.socket?.resetAndDestroy();
  }

  /**
   * A comment keeps what is between from taking it for dead; who does not read is cut off; who has been here for long
   * is sent round.
   */
  beat(now: number): void {
    if (this.#response.writableLength > 0) {
      this.#unreadSince ??= now;
      if (now - this.#unreadSince > this.#policy.maxStallMs) this.cut();
      return;
    }
    this.#unreadSince = undefined;
    if (now > this.#oldAt) this.leave();
    else this.#response.write(':\n\n');
  }

  /** Over its token, a client is thrown out without `complete`: it comes back with another one. */
  look(wallClock: number): void {
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
