import type { ExecutionResult } from 'graphql';
import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import { newTraceparent } from '#platform/telemetry/trace.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import type { LoadGate } from '../../access/loadGate.ts';
import type { CallerLimits, Reservation } from '../../access/callerLimits.ts';
import type { StreamPolicy } from '../../channelManifest.ts';
import type { ClientIdentity } from '../../access/clientIdentity.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { LiveGraph } from '../../execution/liveGraph.ts';
import { isKept, type OperationRunner, type RunBody } from '../../execution/operationRunner.ts';
import { declaredVariables } from '../../documents/declaredVariables.ts';
import { operationRequest } from '../../documents/operationRequest.ts';
import { parseJson } from '../../documents/parseJson.ts';
import type { AdmittedDocument } from '../../documents/admission.ts';
import { Refusal, retryAfterSeconds } from '../../errors/refusal.ts';
import { SessionToken } from '../../access/sessionToken.ts';
import type { SocketConnection } from './socketConnection.ts';
import { FewMap } from './fewMap.ts';
import { SocketStream, type SocketStreamOwner } from './socketStream.ts';
import { openCounted } from '../../streams/openCounted.ts';
import type { Opening } from '../../streams/routedSubscription.ts';
import type { StreamMetrics } from '../../streams/streamMetrics.ts';
import type { Subscriptions } from '../../streams/subscriptions.ts';
import type { Turnstile } from './turnstile.ts';

export interface ConversationParts {
  readonly live: LiveGraph;
  /** Undefined where there is no event bus: subscriptions are refused. */
  readonly subscriptions: Subscriptions | undefined;
  readonly clients: ClientIdentity;
  readonly operations: Pick<OperationRunner, 'run'>;
  readonly policy: StreamPolicy;
  readonly limits: CallerLimits;
  readonly load: Pick<LoadGate, 'countRequest'>;
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
 * A query or mutation that is running. Each one is a separate object: the client may end it and use its id again before
 * it is answered, and its answer must then not be taken for that of the new operation.
 */
class Asked {
  readonly #gone = new AbortController();
  /** Fires when the connection is closed: nothing more is read for it. */
  readonly gone = this.#gone.signal;
  readonly stop = (): void => this.#gone.abort();
  readonly renewed = (): void => undefined;
}

type Operation = SocketStream | Asked;

/** What is kept of a request while it runs. */
interface RequestedOperation {
  readonly id: string;
  readonly traceparent: string;
  readonly admitted: AdmittedDocument;
  /** The variables that the operation declares, as the client sent them. */
  readonly variables: Record<string, unknown>;
  readonly resumeFrom: unknown;
}

const tryAgainLater = 1013;
const invalid = 'Invalid message received';
/** An id is kept while its operation runs, and repeated in each of its messages. */
const maxIdLength = 128;
const longId = `An id may have at most ${maxIdLength} characters`;
const isMap = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands for the `Authorization` header, from the payload of `connection_init` or `ping`. */
function authorizationOf(payload: Payload | undefined): string | undefined {
  const value = payload?.['authorization'] ?? payload?.['Authorization'];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Speaks graphql-transport-ws with one client, https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md, with
 * the additions of `gateway/PROTOCOL.md`. It is our own implementation because the server of `graphql-ws` keeps
 * clients' messages and awaits each of its own, which takes several times the memory and time with many clients.
 */
export class Conversation implements SocketStreamOwner {
  readonly #parts: ConversationParts;
  readonly #turnstile: Pick<Turnstile, 'turn'>;
  readonly #connection: SocketConnection;
  readonly #session: SessionToken;
  readonly #operations = new FewMap<string, Operation>();
  /**
   * Operations that have begun and have neither been answered nor become a stream; those that the client has ended
   * meanwhile count, too, since their work goes on.
   */
  #pending = 0;
  #heldBytes = 0;
  #state: 'uninitialised' | 'authenticating' | 'acknowledged' | 'closed' = 'uninitialised';
  #counted: Reservation | undefined;

  constructor(parts: ConversationParts, turnstile: Pick<Turnstile, 'turn'>, connection: SocketConnection) {
    this.#parts = parts;
    this.#turnstile = turnstile;
    this.#connection = connection;
    this.#session = new SessionToken(parts.clients);
  }

  /** How many operations are running. */
  get operations(): number {
    return this.#operations.size;
  }

  /** Whether the client has not sent `connection_init` yet. */
  get isUninitialised(): boolean {
    return this.#state === 'uninitialised';
  }

  /** Whether its token has expired. `now`: milliseconds since the epoch. */
  isExpired(now: number): boolean {
    return this.#session.isExpired(now);
  }

  get isRevoked(): boolean {
    return this.#session.isRevoked;
  }

  /**
   * Handles a text frame; `undefined` stands for a binary one. Asynchronous work is split off, so that the frame's text
   * is not kept until it is done.
   */
  handleFrame(text: string | undefined): void {
    // The server has begun to close the connection, and the client has half a minute to answer that. Its frames are
    // ignored until then.
    if (this.#connection.client.readyState !== this.#connection.client.OPEN) return;
    const message = text === undefined ? invalid : readMessage(text);
    if (typeof message === 'string') return this.#close(CloseCode.BadRequest, message);
    const failed = (error: unknown): void => {
      this.#parts.log.error({ err: error }, 'a message of a socket failed');
      this.#close(CloseCode.InternalServerError, 'Internal server error');
    };
    // What is thrown at once would otherwise end the process: nobody else stands between here and the socket.
    try {
      this.#handle(message)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** To be called when the client has gone: ends its operations. */
  end(): void {
    this.#state = 'closed';
    this.#counted?.release();
    for (const operation of this.#operations.values()) operation.stop();
    this.#operations.clear();
  }

  #handle({ type, id = '', payload }: Message): Promise<void> | undefined {
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
    if (this.#state !== 'uninitialised')
      return this.#close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.#state = 'authenticating';
    try {
      const principal = await this.#session.begin(authorizationOf(payload));
      if (this.#isGone) return;
      this.#counted = this.#parts.limits.reserveConnection(principal);
    } catch (error) {
      if (error instanceof Refusal && error.status === 503)
        return this.#refuse('unchecked', tryAgainLater, `Tokens cannot be checked; retry-after=${retryAfterSeconds}`);
      if (error instanceof Refusal)
        return this.#refuse(error.status === 401 ? 'unauthenticated' : 'forbidden', CloseCode.Forbidden, 'Forbidden');
      throw error;
    }
    if (!this.#counted)
      return this.#refuse('limit', tryAgainLater, `Too many connections; retry-after=${retryAfterSeconds}`);
    this.#state = 'acknowledged';
    this.#send('{"type":"connection_ack"}');
  }

  /**
   * Answers a ping. A ping with a token renews the connection's, and the pong says whether it was accepted. Any other
   * ping is answered with its own payload.
   */
  async #pong(payload: Payload | undefined): Promise<void> {
    const authorization = authorizationOf(payload);
    if (authorization === undefined) return this.#send(JSON.stringify({ type: 'pong', payload }));
    const accepted = await this.#session.renew(authorization);
    // The streams switch to the new rights before the client hears of it: after that no message is sent under the old
    // ones.
    for (const operation of this.#operations.values()) operation.renewed();
    this.#send(JSON.stringify({ type: 'pong', payload: { accepted } }));
  }

  /** Begins what a `subscribe` message asks for. */
  #subscribe(id: string, payload: Payload): Promise<void> | undefined {
    if (this.#state !== 'acknowledged') return void this.#close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.#operations.has(id))
      return void this.#close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
    const { maxSubscriptionsPerSocket } = this.#parts.policy;
    const traceparent = newTraceparent();
    if (Math.max(this.#operations.size, this.#pending) >= maxSubscriptionsPerSocket)
      return void this.#fail(
        id,
        Refusal.tooMany('document', `A connection may run at most ${maxSubscriptionsPerSocket} operations at once.`),
        traceparent,
      );
    return this.#run(id, payload, traceparent);
  }

  async #run(id: string, payload: Payload, traceparent: string): Promise<void> {
    const counted = new Asked();
    this.#operations.set(id, counted);
    this.#pending += 1;
    let held: Reservation | undefined;
    try {
      await this.#parts.load.countRequest({ principal: this.#session.principal, address: this.#connection.address });
      // The client may have ended it meanwhile.
      if (this.#operations.get(id) !== counted) return;
      const asked = this.#read(id, payload, traceparent);
      held = this.#hold(id.length + JSON.stringify(asked.variables).length);
      const isStream = asked.admitted.prepared.operation.operation === 'subscription';
      if (isStream ? await this.#openStream(asked, held) : await this.#runQuery(asked)) held = undefined;
    } catch (error) {
      this.#fail(id, error, traceparent);
    } finally {
      this.#pending -= 1;
      if (held) this.letGo(held);
    }
  }

  /** Keeps only what is needed to run an operation. @throws Refusal */
  #read(id: string, payload: Payload, traceparent: string): RequestedOperation {
    const request = operationRequest(payload);
    const admitted = this.#parts.live.current.admission.admit(request);
    return {
      id,
      traceparent,
      admitted,
      variables: declaredVariables(admitted.prepared, request.variables),
      resumeFrom: request.extensions['resumeFrom'],
    };
  }

  /**
   * Counts the memory that an operation holds. @throws Refusal if the limit of the connection, the caller or all
   * callers is reached
   */
  #hold(bytes: number): Reservation {
    const { policy, limits } = this.#parts;
    const held =
      this.#heldBytes + bytes > policy.maxHeldBytesPerConnection
        ? undefined
        : limits.reserveBytes(this.#session.principal, bytes);
    if (!held)
      throw Refusal.tooMany(
        'document',
        'The variables and ids of your running operations are too large. End some first, or try again in half a minute.',
      );
    this.#heldBytes += bytes;
    return held;
  }

  /** Gives back what `#hold` has reserved. */
  letGo(held: Reservation): void {
    this.#heldBytes -= held.release();
  }

  /** Runs a query or mutation. @throws Refusal before anything is executed */
  async #runQuery({ id, admitted, variables, traceparent }: RequestedOperation): Promise<false> {
    const { operations, log } = this.#parts;
    const asked = new Asked();
    this.#operations.set(id, asked);
    const { principal, authorization } = this.#session;
    const { address } = this.#connection;
    const from = { variables, principal, authorization, traceparent, address, gone: asked.gone };
    const body = await operations
      .run(admitted, from)
      .then((run) => run.body)
      .catch((error: unknown) => {
        if (error instanceof Refusal) throw error;
        return errorsOf(error, traceparent, log);
      });
    this.#answer(id, asked, body);
    return false;
  }

  /**
   * Opens a stream. Resolves to true if it runs now and will let `held` go when it ends. @throws Refusal before any
   * feed is followed
   */
  async #openStream(
    { id, admitted: { prepared }, variables, resumeFrom, traceparent }: RequestedOperation,
    held: Reservation,
  ): Promise<boolean> {
    const { subscriptions, limits, log } = this.#parts;
    if (!subscriptions) throw Refusal.of('document', 'BAD_REQUEST', 'Subscriptions are not available here.');
    const checked = subscriptions.check({ prepared, variables, resumeFrom, caller: this.#session });
    const stream = new SocketStream(this, this.#connection, id);
    this.#operations.set(id, stream);
    await this.#turnstile.turn();
    if (this.#operations.get(id) !== stream) return false;
    const opening = await openCounted(subscriptions, checked, stream, limits).catch((error: unknown): Opening => ({
      kind: 'refused',
      result: errorsOf(error, traceparent, log),
    }));
    if (opening.kind === 'opened') {
      stream.start(opening.subscription, held);
      return true;
    }
    this.#answer(id, stream, opening.result);
    return false;
  }

  #fail(id: string, error: unknown, traceparent: string): void {
    const errors = error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, this.#parts.log)];
    if (this.#operations.delete(id) || !this.#isGone)
      this.#send(`{"id":${JSON.stringify(id)},"type":"error","payload":${JSON.stringify(errors)}}`);
  }

  /** Sends the last message of an operation and `complete`, unless the client has ended it. */
  #answer(id: string, operation: Operation, result: RunBody | undefined): void {
    if (this.#operations.get(id) !== operation) return;
    this.#operations.delete(id);
    const name = JSON.stringify(id);
    if (result) this.#send(`{"id":${name},"type":"next","payload":${textOf(result)}}`);
    this.#send(`{"id":${name},"type":"complete"}`);
  }

  streamEnded(stream: SocketStream, last: ExecutionResult | undefined): void {
    this.#answer(stream.id, stream, last);
  }

  #complete(id: string): void {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    // What was asked is read to its end: else a client could end and ask again, and have any number read at once.
    if (operation instanceof SocketStream) operation.stop();
  }

  get #isGone(): boolean {
    return this.#state === 'closed';
  }

  #send(text: string): void {
    if (!this.#isGone) this.#connection.send(text);
  }

  #refuse(why: 'unauthenticated' | 'forbidden' | 'unchecked' | 'limit', code: number, reason: string): void {
    this.#parts.metrics.refused(why);
    this.#close(code, reason);
  }

  #close(code: number, reason: string): void {
    this.#connection.client.close(code, fitForClose(reason));
  }
}

/** A close frame has room for so many bytes of its reason, RFC 6455 section 5.5; `ws` throws at a longer one. */
const maxReasonBytes = 123;

/** The reason, cut between two characters if it is too long: it may hold an id, which clients choose. */
function fitForClose(reason: string): string {
  if (Buffer.byteLength(reason) <= maxReasonBytes) return reason;
  const end = '…';
  const kept = Buffer.from(reason).toString('utf8', 0, maxReasonBytes - Buffer.byteLength(end));
  return kept.replace(/\uFFFD+$/, '') + end;
}

/**
 * Parses a frame as a message of the protocol, or returns the reason why it is none. JSON that is refused in an HTTP
 * body is refused here, too.
 */
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

/** The answer that tells a client what went wrong: a refusal as it is, anything unexpected masked and logged. */
const errorsOf = (error: unknown, traceparent: string, log: Logger): ExecutionResult => ({
  errors: error instanceof Refusal ? error.errors : [unexpectedError(error, traceparent, log)],
});

function textOf(body: RunBody): string {
  if (Buffer.isBuffer(body)) return body.toString();
  return isKept(body) ? body.bytes.toString() : stringifyExactly(body);
}
