import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http';
import compress from '@fastify/compress';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import Negotiator from 'negotiator';
import type { Principal } from '#platform/identity/principal.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import { acceptTraceparent } from '#platform/telemetry/trace.ts';
import { errorCodes } from '#schema/errorCodes.ts';
import { revoked, type AuthenticatedClient, type ClientIdentity } from '../../access/clientIdentity.ts';
import type { AddressOf } from '../http/clientAddress.ts';
import type { LoadGate } from '../../access/loadGate.ts';
import type { RateHeaders } from '../../access/rates.ts';
import { stringifyExactly } from '../../documents/exactNumber.ts';
import { parseBody } from '../../documents/operationRequest.ts';
import { unexpectedError } from '../../errors/publicError.ts';
import type { KeptAnswer } from '../../kept/keptAnswers.ts';
import { isKeptAnswer, type KeptOperations } from '../../kept/keptOperations.ts';
import type { GraphGeneration, LiveGraph } from '../../execution/liveGraph.ts';
import type { Caller } from '../../execution/pipeline.ts';
import { takeFeedQuery } from '../../rest/feedEvent.ts';
import { checkSunset, lifecycleHeaders } from '../../rest/lifecycle.ts';
import { namedAsSent } from '../../rest/namedAsSent.ts';
import { readVariables } from '../../rest/readVariables.ts';
import { RestError, withoutToken } from '../../rest/restError.ts';
import { nameOfRoute, type Route, type RestMethod } from '../../rest/route.ts';
import { routeInputs, type RouteInput } from '../../rest/routeInputs.ts';
import { entityTag, shapeAnswer } from '../../rest/shapeAnswer.ts';
import type { AdmittedApp, AppDoor } from '../http/appDoor.ts';
import { checkDigest, readAppBody } from '../http/appRequest.ts';
import { readBody } from '../http/body.ts';
import { matches } from '../http/cacheControl.ts';
import { compressFromBytes, eventStream, json } from '../http/mediaType.ts';
import { isAnonymous, sendAnswer, sendKept, varyOf, writeAnswer } from './restAnswers.ts';
import type { RestFeeds } from './restFeeds.ts';
import { restErrorOf, sendRefusal, wrongType } from './restRefusals.ts';

const mergePatch = 'application/merge-patch+json';
const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** Those that HTTP has besides, such as TRACE: an address that is there says that it has them not. */
const otherMethods = METHODS.filter((each) => each !== 'CONNECT' && !(everyMethod as readonly string[]).includes(each));
const noBody = Buffer.alloc(0);
/** As `HttpHandler` counts a client that has gone. */
const clientGone = 499;

export interface RestHandlerOptions {
  /** The channel's name, for metrics. */
  readonly name: string;
  readonly routes: readonly Route[];
  readonly live: LiveGraph;
  readonly clients: ClientIdentity;
  /** Lets the programs of partners in; without it they are refused like anybody whose token is none. */
  readonly apps?: AppDoor | undefined;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  readonly maxBodyBytes: number;
  readonly load: LoadGate;
  /** Undefined where no answers are kept. */
  readonly kept?: KeptOperations | undefined;
  readonly addressOf: AddressOf;
  readonly feeds: RestFeeds;
  /** Documents that describe the routes, by path. */
  readonly descriptions: ReadonlyMap<string, string>;
  readonly log: Logger;
  readonly metrics?: Metrics;
}

/** What is known of a request while it is answered. */
interface Visit {
  readonly route: Route;
  readonly traceparent: string;
  /** The program of a partner that asks; undefined for everybody else. */
  readonly app: AdmittedApp | undefined;
}

/**
 * REST: each route runs its document on the graph, as the channel's other transports run theirs. Fastify finds the
 * route; everything that a request may do is decided by the same parts as for GraphQL.
 */
export class RestHandler {
  readonly #options: RestHandlerOptions;
  readonly #server: FastifyInstance;
  #inputs: { readonly of: GraphGeneration; readonly byRoute: ReadonlyMap<Route, readonly RouteInput[]> } | undefined;

  private constructor(options: RestHandlerOptions) {
    this.#options = options;
    this.#server = fastify({
      routerOptions: { maxParamLength: 500 },
      exposeHeadRoutes: false,
      frameworkErrors: (error, request, reply) => void this.#refuse(request, reply, error),
    });
  }

  /** @throws if a route's variables are not of the graph, or two routes have one address */
  static async start(options: RestHandlerOptions): Promise<RestHandler> {
    const handler = new RestHandler(options);
    handler.#inputsOf(options.routes[0]!);
    await handler.#prepare();
    return handler;
  }

  /** Ends the polls that wait. */
  close(): void {
    this.#options.feeds.close();
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#server.routing(request, response);
  }

  async #prepare(): Promise<void> {
    const server = this.#server;
    await server.register(compress, {
      global: true,
      globalDecompression: false,
      threshold: compressFromBytes,
      encodings: ['br', 'gzip', 'identity'],
    });
    for (const method of otherMethods) server.addHttpMethod(method, { overrideExisting: true });
    // Bodies are read by the handlers, once it is known who asks.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    server.setErrorHandler((error, request, reply) => this.#refuse(request, reply, error));
    server.setNotFoundHandler((request, reply) =>
      this.#refuse(request, reply, new RestError(404, 'NOT_FOUND', 'Nothing is at this address.')),
    );
    for (const path of new Set(this.#options.routes.map((route) => route.path)))
      this.#serve(
        path,
        this.#options.routes.filter((route) => route.path === path),
      );
    for (const [path, text] of this.#options.descriptions) this.#describe(path, text);
    await server.ready();
  }

  /** Serves a document that describes the routes: anybody may read it, and keep it for some minutes. */
  #describe(url: string, text: string): void {
    const tag = entityTag(undefined, text);
    this.#server.route({
      method: ['GET', 'HEAD'],
      url,
      handler: (request, reply) => {
        reply.headers({ etag: tag, vary: varyOf(reply), 'cache-control': 'public, max-age=300' });
        if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
        return reply.type(`${json}; charset=utf-8`).send(text);
      },
    });
    this.#refuseOthers(url, new Set(['GET', 'HEAD']));
  }

  /** Serves every method of one path: those that no route has are answered with 405. */
  #serve(path: string, routes: readonly Route[]): void {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
    const has = new Set<string>(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])));
    for (const route of routes) {
      const methods: (RestMethod | 'HEAD')[] = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
      this.#server.route({ method: methods, url, handler: (request, reply) => this.#visit(route, request, reply) });
    }
    this.#refuseOthers(url, has);
  }

  /** Tells which methods an address has, and refuses the others. */
  #refuseOthers(url: string, has: ReadonlySet<string>): void {
    const allow = everyMethod.filter((method) => has.has(method) || method === 'OPTIONS').join(', ');
    this.#server.route({
      method: 'OPTIONS',
      url,
      handler: (_, reply) => reply.code(204).header('allow', allow).send(),
    });
    this.#server.route({
      method: [...everyMethod.filter((method) => !has.has(method) && method !== 'OPTIONS'), ...otherMethods],
      url,
      handler: (request, reply) =>
        this.#refuse(
          request,
          reply,
          new RestError(405, 'METHOD_NOT_ALLOWED', `Here are only ${allow}.`, [], { allow }),
        ),
    });
  }

  async #visit(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const began = performance.now();
    const traceparent = acceptTraceparent(request.headers['traceparent'] as string | undefined);
    let app: AdmittedApp | undefined;
    try {
      const { apps } = this.#options;
      app = apps?.takes(request.raw) ? await apps.admit(request.raw) : undefined;
      const visit = { route, traceparent, app };
      checkSunset(route, Date.now());
      if (route.isFeed) return await this.#feed(visit, request, reply);
      return await this.#run(visit, request, reply);
    } catch (error) {
      return await this.#refuse(request, reply, error, { route, traceparent });
    } finally {
      const status = request.raw.socket.destroyed ? clientGone : reply.statusCode;
      this.#count(route, status, performance.now() - began);
      app?.count({ documentId: '', operation: nameOfRoute(route), status, failed: status >= 400 });
    }
  }

  async #run(visit: Visit, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { route, traceparent, app } = visit;
    const { clients, kept, live, addressOf, callerOf } = this.#options;
    const { load } = app ?? this.#options;
    const { authorization } = request.headers;
    const client = app ?? (await this.#clientOf(route, request));
    const { principal } = client;
    const address = addressOf(request.raw);
    const tell = (headers: RateHeaders): void => void reply.headers({ ...headers });
    await load.countRequest({ principal, address }, tell);
    const body = await this.#bodyOf(route, request);
    // Access may have been revoked while the body arrived.
    if (clients.isRevoked(client)) throw revoked();
    const current = live.current;
    const given = this.#given(route, request, queryOf(request), body);
    const prepared = current.documents.prepareTrusted(route.source);
    const variables = current.pipeline.coerce(prepared, given);
    const gone = goneSignal(reply);
    const caller = callerOf(principal, traceparent, authorization);
    const write = (result: ExecutionResult) => writeAnswer(route, result);
    const operation = route.operationName;
    const asKept = kept?.isKept(operation) ? { operation, prepared, variables, caller, write } : undefined;
    const found = asKept && kept!.find(asKept, current);
    if (found) return this.#sendKept(visit, request, reply, found);
    const leave = await load.enter({ prepared, trusted: operation }, principal, address, tell);
    try {
      const result = asKept
        ? await kept!.answer(asKept, current)
        : await current.pipeline.run(prepared, variables, caller, { gone });
      if (isKeptAnswer(result)) return await this.#sendKept(visit, request, reply, result);
      return await sendAnswer(visit, request, reply, shapeAnswer(route, result, principal.kind === 'anonymous'));
    } finally {
      leave();
    }
  }

  async #sendKept(
    visit: Visit,
    request: FastifyRequest,
    reply: FastifyReply,
    answer: KeptAnswer,
  ): Promise<FastifyReply> {
    // Without `cacheSeconds`, nobody else keeps what the route gives.
    const isForAll = isAnonymous(request) && visit.route.cacheSeconds !== undefined;
    const tags = isForAll ? this.#options.kept!.cdnHeaders(visit.route.operationName, answer) : {};
    return sendKept(visit, request, reply, answer, tags);
  }

  /** Answers a request for a feed: as an event stream to who asks for one, otherwise as a poll. */
  async #feed({ route, traceparent, app }: Visit, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { live, feeds, addressOf } = this.#options;
    const { load } = app ?? this.#options;
    const client = app ?? (await this.#clientOf(route, request));
    const rated = { principal: client.principal, address: addressOf(request.raw) };
    await load.countRequest(rated, (headers) => void reply.raw.setHeaders(new Map(Object.entries(headers))));
    if (app) throw new RestError(403, 'FORBIDDEN', 'Feeds are for people and devices. An app is told by webhooks.');
    const query = queryOf(request);
    const { after, waitMs } = takeFeedQuery(query, request.headers['last-event-id'] as string | undefined);
    const variables = this.#given(route, request, query, undefined);
    const prepared = live.current.documents.prepareTrusted(route.source);
    const asked = { route, prepared, variables, client, after, address: rated.address };
    if (request.method !== 'HEAD' && new Negotiator(request.raw).mediaTypes([json, eventStream])[0] === eventStream) {
      const { authorization } = request.headers;
      await feeds.stream({ ...asked, authorization, traceparent }, request.raw, reply.raw, () => void reply.hijack());
      return reply;
    }
    const body = await feeds.poll(asked, waitMs, goneSignal(reply));
    reply.headers({
      traceparent,
      vary: varyOf(reply),
      'cache-control': 'no-store',
      ...lifecycleHeaders(route).headers,
    });
    return reply.type(`${json}; charset=utf-8`).send(stringifyExactly(body));
  }

  /** @throws RestError or Refusal 401 */
  async #clientOf(route: Route, { headers }: FastifyRequest): Promise<AuthenticatedClient> {
    const client = await this.#options.clients.authenticate(headers.authorization);
    if (route.signedIn && client.principal.kind === 'anonymous') throw withoutToken();
    return client;
  }

  #given(
    route: Route,
    { params, headers, raw: { rawHeaders } }: FastifyRequest,
    query: URLSearchParams,
    body: Record<string, unknown> | undefined,
  ): Record<string, unknown> {
    return readVariables(this.#inputsOf(route), {
      ...{ path: params as Record<string, string>, query, headers, rawHeaders, body },
    });
  }

  async #bodyOf(route: Route, { raw, headers }: FastifyRequest): Promise<Record<string, unknown> | undefined> {
    if (route.method === 'GET' || raw.method === 'HEAD') return void checkDigest(raw, noBody);
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    const length = Number(headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? 0 : 1));
    if (length > 0 && type !== json && !(route.method === 'PATCH' && type === mergePatch))
      throw wrongType({ [route.method === 'PATCH' ? 'accept-patch' : 'accept']: json });
    if (length === 0) return void checkDigest(raw, noBody);
    // Of a signed request the body is part of what was signed.
    const read = raw.headers['signature-input'] === undefined ? readBody : readAppBody;
    const text = await read(raw, this.#options.maxBodyBytes);
    const body = parseBody(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new RestError(400, 'INVALID_INPUT', 'The body must be a JSON object.');
    return body as Record<string, unknown>;
  }

  /** Answers with an error, whatever was thrown, and counts it. */
  #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    thrown: unknown,
    visit?: Pick<Visit, 'route' | 'traceparent'>,
  ): FastifyReply {
    const traceparent = visit?.traceparent ?? acceptTraceparent(request.headers['traceparent'] as string | undefined);
    const told = restErrorOf(thrown, isAnonymous(request), (unexpected) =>
      unexpectedError(unexpected, traceparent, this.#options.log),
    );
    const error = visit ? namedAsSent(told, this.#inputsOf(visit.route)) : told;
    const { metrics, name: channel } = this.#options;
    metrics?.count('graphqlErrors', { channel, code: error.code in errorCodes ? error.code : 'other' });
    return sendRefusal(error, traceparent, request, reply);
  }

  #count({ operationName: operation, isFeed }: Route, status: number, ms: number): void {
    const { metrics, name: channel } = this.#options;
    metrics?.count('httpRequests', { channel, operation, status: String(status) });
    // How long a client waits for events says nothing about response times.
    if (!isFeed) metrics?.observe('httpRequestDuration', { channel, operation }, ms / 1_000);
  }

  /** The inputs of a route, by the graph that is served now. */
  #inputsOf(route: Route): readonly RouteInput[] {
    const current = this.#options.live.current;
    if (this.#inputs?.of !== current) {
      const { apiSchema } = current.graph;
      const byRoute = new Map(this.#options.routes.map((each) => [each, routeInputs(each, apiSchema)]));
      this.#inputs = { of: current, byRoute };
    }
    const inputs = this.#inputs.byRoute.get(route);
    if (!inputs) throw new Error(`${nameOfRoute(route)} is not served here`);
    return inputs;
  }
}

const queryOf = ({ url }: FastifyRequest): URLSearchParams => new URL(url, 'http://localhost').searchParams;

/** Aborted when the client has gone. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
