import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { Code, ConnectError, createContextValues, type ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import { acceptParty, onBehalfOfHeader, runWithTrace, traceOfRequest } from '#platform/telemetry/trace.ts';
import { callerKey } from './service.ts';

/** The largest request message, also after decompression. It is the usual limit of gRPC servers. */
const readMaxBytes = 4 * 1024 * 1024;

/** So many calls of one connection are under way, or wait to be read; a client keeps the others back. */
const callsAtOnce = 1_000;

/** The time-outs of connections to a gRPC server, in ms. */
export interface GrpcPatience {
  /**
   * From the beginning of a connection to the first call with a valid token. A client that sends none is cut off,
   * whatever else it sends.
   */
  readonly firstCall: number;
  /** How long nothing may be sent or received, on a connection and for a call. Deadlines of calls are much shorter. */
  readonly idle: number;
}

const usualPatience: GrpcPatience = { firstCall: 10_000, idle: 60_000 };

/**
 * Makes a gRPC server (not listening yet) that checks the caller by the request's headers, and reads nothing more of a
 * request whose caller is refused.
 */
export function grpcServer(options: {
  readonly routes: (router: ConnectRouter) => void;
  /** @throws ConnectError for a caller that is not allowed */
  readonly callerOf: (authorization: string | null | undefined) => Promise<Principal>;
  readonly patience?: GrpcPatience;
}): Http2Server {
  const callers = new WeakMap<object, Principal>();
  const adapter = connectNodeAdapter({
    routes: options.routes,
    connect: false,
    grpcWeb: false,
    readMaxBytes,
    contextValues: (request) => createContextValues().set(callerKey, callers.get(request)),
  });

  async function handle(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    let caller: Principal;
    try {
      caller = await options.callerOf(request.headers.authorization);
    } catch (error) {
      return refuse(response, ConnectError.from(error, Code.Internal));
    }
    callers.set(request, caller);
    request.stream.session?.emit(letIn);
    const text = (name: string): string | undefined => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const onBehalfOf = acceptParty(text(onBehalfOfHeader));
    runWithTrace(traceOfRequest(text('traceparent'), actorOf(caller), onBehalfOf), () => adapter(request, response));
  }

  const server = createServer(
    { settings: { maxConcurrentStreams: callsAtOnce } },
    (request, response) => void handle(request, response),
  );
  const { firstCall, idle } = options.patience ?? usualPatience;
  // Node closes a connection that has timed out, as long as nobody listens for the time-out.
  server.setTimeout(idle);
  // A client that reads no answers, but goes on to call, would have all of them kept.
  server.on('stream', (stream) => stream.setTimeout(idle, () => stream.close(constants.NGHTTP2_CANCEL)));
  server.on('session', (session) => {
    const cut = setTimeout(() => session.destroy(), firstCall);
    session.once(letIn, () => clearTimeout(cut));
    session.once('close', () => clearTimeout(cut));
  });
  return server;
}

/** Event of an HTTP/2 session: one of its calls was accepted. */
const letIn = Symbol('let in');

/** Answers with the status alone, and asks for the rest of the request not to be sent. */
function refuse({ stream }: Http2ServerResponse, { code, rawMessage }: ConnectError): void {
  if (stream.destroyed || stream.headersSent) return;
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': String(code),
      'grpc-message': encodeURIComponent(rawMessage),
    },
    { endStream: true },
  );
  stream.close(constants.NGHTTP2_NO_ERROR);
}
