import type { ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { once, type CallerLimits, type Release } from '../../access/callerLimits.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import type { ClientIdentity } from '../../access/clientIdentity.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import { declaredVariables } from '../../documents/declaredVariables.ts';
import { operationRequest } from '../../documents/operationRequest.ts';
import { parseJson } from '../../documents/parseJson.ts';
import type { PreparedDocument } from '../../documents/documents.ts';
import type { Caller } from '../../execution/pipeline.ts';
import { Refusal, retryAfterSeconds } from '../../errors/refusal.ts';
import { SessionToken } from '../../access/sessionToken.ts';
import type { SocketConnection } from './socketConnection.ts';
import { SocketStream } from './socketStream.ts';
import { openCounted } from '../../streams/openCounted.ts';
import type { StreamMetrics } from '../../streams/streamMetrics.ts';
import type { Subscriptions } from '../../streams/subscriptions.ts';
import type { Turnstile } from './turnstile.ts';

export interface ConversationParts {
  readonly live: LiveGraph;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly policy: StreamPolicy;
  readonly limits: CallerLimits;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
}

type Payload = Readonly<Record<string, unknown>>;
interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: Payload;
}

/**
 * A query or mutation whose answer the client still waits for. Each is its own: the client may end it, and use its id
 * again before it is answered.
 */
class Asked {
  readonly #gone = new AbortController();
  /** Fires when the connection is closed: nothing more is read for it. */
  readonly gone = this.#gone.signal;
  readonly stop = (): void => this.#gone.abort();
  readonly renewed = (): void => undefined;
}

type Operation = SocketStream | Asked;

/** What is kept of a request. */
interface AskedFor {
  readonly id: string;
  readonly traceparent: string;
  readonly prepared: PreparedDocument;
  /** Those that are declared, as the client sent them. */
  readonly variables: Record<string, unknown>;
  readonly resumeFrom: unknown;
}

const tryAgainLater = 1013;
const invalid = 'Invalid message received';
/** An id is kept while its operation runs, and said again with every message of it. */
const maxIdLength = 128;
const longId = `An id may have ${maxIdLength} characters`;
const isMap = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value of an `Authorization` header, from the payload of `connection_init` or `ping`. */
function authorizationOf(payload: Payload | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

/**
 * graphql-transport-ws with one client, https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, as
 * `gateway/PROTOCOL.md` adds to it. Ours, since a server that keeps the messages of clients and waits for each of its
 * own costs several times the memory, and the time, of one that does neither.
 */
export class Conversation {
  readonly #parts: ConversationParts;
  readonly #turnstile: Pick<Turnstile, 'turn'>;
  readonly #connection: SocketConnection;
  readonly #session: SessionToken;
  readonly #operations = new Map<string, Operation>();
  /** What is begun and has not come to its answer, or to its stream: what its client ended meanwhile, too. */
  #underWay = 0;
  #heldBytes = 0;
  #state: 'silent' | 'asked' | 'acknowledged' | 'over' = 'silent';
  #counted: Release | undefined;

  constructor(parts: ConversationParts, turnstile: Pick<Turnstile, 'turn'>, connection: SocketConnection) {
    this.#parts = parts;
    this.#turnstile = turnstile;
    this.#connection = connection;
    this.#session = new SessionToken(parts.clients);
  }

  /** How many operations run. */
  get operations(): number {
    return this.#operations.size;
  }

  /** It has not said yet who it is. */
  get isSilent(): boolean {
    return this.#state === 'silent';
  }

  /** Whether its token has expired. `now`: milliseconds since the epoch. */
  isExpired(now: number): boolean {
    return this.#session.isExpired(now);
  }

  get isRevoked(): boolean {
    return this.#session.isRevoked;
  }

  /**
   * Takes a text frame; undefined: one that is none. What waits for an answer waits apart, so that the frame is not
   * kept until then.
   */
  hear(text: string | undefined): void {
    // It was told to go, and has half a minute to answer that: whatever the reason, it asks for nothing more.
    if (this.#connection.client.readyState !== this.#connection.client.OPEN) return;
    const message = text === undefined ? invalid : readMessage(text);
    if (typeof message === 'string') return this.#close(CloseCode.BadRequest, message);
    this.#take(message)?.catch((error: unknown) => {
      this.#parts.log.error({ err: error }, 'a message of a socket failed');
      this.#close(CloseCode.InternalServerError, 'Internal server error');
    });
  }

  /** The client is gone: everything it asked for ends. */
  end(): void {
    this.#state = 'over';
    this.#counted?.();
    for (const operation of this.#operations.values()) operation.stop();
    this.#operations.clear();
  }

  #take({ type, id = '', payload }: Message): Promise<void> | undefined {
    switch (type) {
      case 'connection_init':
        return this.#begin(payload);
      case 'ping':
        return this.#pong(payload);
      case 'pong':
        return undefined;
      case 'subscribe':
        return this.#subscribe(id, payload!);
      case 'complete':
        this.#complete(id);
        return undefined;
      default:
        this.#close(CloseCode.BadRequest, invalid);
        return undefined;
    }
  }

  async #begin(payload: Payload | undefined): Promise<void> {
    if (this.#state !== 'silent')
      return this.#close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.#state = 'asked';
    try {
      const principal = await this.#session.begin(authorizationOf(payload));
      if (this.#isGone) return;
      this.#counted = this.#parts.limits.reserveConnection(principal);
    } catch (error) {
      if (error instanceof Refusal)
        return this.#refuse(error.status === 401 ? 'unauthenticated' : 'forbidden', CloseCode.Forbidden, 'Forbidden');
      throw error;
    }
    if (!this.#counted)
      return this.#refuse('limit', tryAgainLater, `Too many connections; retry-after=${retryAfterSeconds}`);
    this.#state = 'acknowledged';
    this.#send('{"type":"connection_ack"}');
  }

  /** A ping that brings a token renews the session's, and is told whether it did. Any other comes back as it is. */
  async #pong(payload: Payload | undefined): Promise<void> {
    const authorization = authorizationOf(payload);
    if (authorization === undefined) return this.#send(JSON.stringify({ type: 'pong', payload }));
    const accepted = await this.#session.renew(authorization);
    // Streams first: nothing is told under the rights that were, once the client knows.
    for (const operation of this.#operations.values()) operation.renewed();
    this.#send(JSON.stringify({ type: 'pong', payload: { accepted } }));
  }

  /** Reads what is asked for, and keeps of it no more than it takes to carry it out. */
  #subscribe(id: string, payload: Payload): Promise<void> | undefined {
    if (this.#state !== 'acknowledged') return void this.#close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(id))
      return void this.#close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    const {
      policy: { maxSubscriptionsPerSocket },
      live,
    } = this.#parts;
    const traceparent = newTraceparent();
    try {
      if (Math.max(this.#operations.size, this.#underWay) >= maxSubscriptionsPerSocket)
        throw Refusal.tooMany('document', `A socket may have ${maxSubscriptionsPerSocket} operations at once.`);
      const request = operationRequest(payload);
      const { prepared } = live.current.admission.admit(request);
      return this.#carryOut({
        id,
        traceparent,
        prepared,
        variables: declaredVariables(prepared, request.variables),
        resumeFrom: request.extensions['resumeFrom'],
      });
    } catch (error) {
      return void this.#fail(id, error, traceparent);
    }
  }

  async #carryOut(asked: AskedFor): Promise<void> {
    const { id, prepared, variables, traceparent } = asked;
    this.#underWay += 1;
    let release: Release | undefined;
    try {
      release = this.#hold(id.length + JSON.stringify(variables).length);
      const isStream = prepared.operation.operation === 'subscription';
      if (isStream ? await this.#follow(asked, release) : await this.#ask(asked)) release = undefined;
    } catch (error) {
      this.#fail(id, error, traceparent);
    } finally {
      this.#underWay -= 1;
      release?.();
    }
  }

  /** @throws Refusal if what runs holds too much already */
  #hold(bytes: number): Release {
    const { policy, limits } = this.#parts;
    const release =
      this.#heldBytes + bytes > policy.maxHeldBytesPerConnection
        ? undefined
        : limits.reserveBytes(this.#session.principal, bytes);
    if (!release)
      throw Refusal.tooMany(
        'document',
        'The variables and ids of what you have running are too large. End some of it first, or try again in half a minute.',
      );
    this.#heldBytes += bytes;
    return once(() => {
      this.#heldBytes -= bytes;
      release();
    });
  }

  /** @throws Refusal before anything runs */
  async #ask({ id, prepared, variables: raw, traceparent }: AskedFor): Promise<false> {
    const {
      live: {
        current: { pipeline },
      },
      callerOf,
      log,
    } = this.#parts;
    const variables = pipeline.coerce(prepared, raw);
    const asked = new Asked();
    this.#operations.set(id, asked);
    const { principal, authorization } = this.#session;
    this.#answer(
      id,
      asked,
      await orErrors(
        () => pipeline.run(prepared, variables, callerOf(principal, traceparent, authorization), { gone: asked.gone }),
        traceparent,
        log,
      ),
    );
    return false;
  }

  /** Whether it runs now, and releases what it holds when it ends. @throws Refusal before anything is followed */
  async #follow({ id, prepared, variables, resumeFrom, traceparent }: AskedFor, held: Release): Promise<boolean> {
    const { subscriptions, limits, log } = this.#parts;
    if (!subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'There are no streams here.');
    const checked = subscriptions.check({ prepared, variables, resumeFrom, principal: () => this.#session.principal });
    const stream: SocketStream = new SocketStream(this.#connection, id, (last) => this.#answer(id, stream, last));
    this.#operations.set(id, stream);
    await this.#turnstile.turn();
    if (this.#operations.get(id) !== stream) return false;
    const opened = await orErrors(() => openCounted(subscriptions, checked, stream, limits), traceparent, log);
    if ('start' in opened) {
      stream.start(opened, held);
      return true;
    }
    this.#answer(id, stream, opened);
    return false;
  }

  #fail(id: string, error: unknown, traceparent: string): void {
    const errors = error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, this.#parts.log)];
    if (this.#operations.delete(id) || !this.#isGone)
      this.#send(`{"id":${JSON.stringify(id)},"type":"error","payload":${JSON.stringify(errors)}}`);
  }

  /** The last that an operation says, unless its client has ended it. */
  #answer(id: string, operation: Operation, result: ExecutionResult | undefined): void {
    if (this.#operations.get(id) !== operation) return;
    this.#operations.delete(id);
    const name = JSON.stringify(id);
    if (result) this.#send(`{"id":${name},"type":"next","payload":${stringifyExactly(result)}}`);
    this.#send(`{"id":${name},"type":"complete"}`);
  }

  #complete(id: string): void {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    // What was asked is read to its end: else a client could end and ask again, and have any number read at once.
    if (operation instanceof SocketStream) operation.stop();
  }

  get #isGone(): boolean {
    return this.#state === 'over';
  }

  #send(text: string): void {
    if (!this.#isGone) this.#connection.send(text);
  }

  #refuse(why: 'unauthenticated' | 'forbidden' | 'limit', code: number, reason: string): void {
    this.#parts.metrics.refused(why);
    this.#close(code, reason);
  }

  #close(code: number, reason: string): void {
    this.#connection.client.close(code, reason);
  }
}

/** A frame as a message of the protocol; if it is none, why. What would be refused in a body is refused in a frame. */
function readMessage(text: string): Message | string {
  let message: unknown;
  try {
    message = parseJson(text);
  } catch {
    return invalid;
  }
  if (!isMap(message) || typeof message['type'] !== 'string') return invalid;
  const { type, id, payload } = message;
  const takesId = type === 'subscribe' || type === 'complete';
  if (takesId && (typeof id !== 'string' || id === '')) return invalid;
  if (takesId && (id as string).length > maxIdLength) return longId;
  if (type === 'subscribe' ? !isMap(payload) : payload !== undefined && payload !== null && !isMap(payload))
    return invalid;
  return { type, ...(takesId ? { id: id as string } : {}), ...(isMap(payload) ? { payload } : {}) };
}

async function orErrors<T>(
  work: () => Promise<T>,
  traceparent: string,
  log: Logger,
): Promise<T | { errors: readonly GraphQLError[] }> {
  try {
    return await work();
  } catch (error) {
    return { errors: error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, log)] };
  }
}
