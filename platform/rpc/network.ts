import { Code, ConnectError, type ConnectRouter, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { InvalidToken, type Identity } from '#platform/identity/identity.ts';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import {
  acceptParty,
  childTraceparent,
  currentTrace,
  onBehalfOfHeader,
  partyServed,
  runWithTrace,
  traceOfRequest,
} from '#platform/telemetry/trace.ts';
import { closerOf } from './closerOf.ts';
import { grpcServer, type GrpcPatience } from './grpcServer.ts';
import { mapConnectionFailures } from './connectionFailure.ts';
import { callLocally, localServices, type LocalServices } from './localCall.ts';
import { Peers, type SignsOfLife } from './peers.ts';
import type { RpcService } from './service.ts';

const deadlineMs = 5_000;

/** The network by which domains call each other's services: within the process, or over gRPC. */
export interface RpcNetwork {
  /**
   * A transport for calls to a domain's services under the caller's identity. The domain need not serve yet: only a
   * call fails then.
   */
  transportTo(domain: string, caller: Principal): Transport;
  /** Makes a domain's services reachable. */
  serve(domain: string, services: readonly RpcService[]): Promise<{ close(): Promise<void> }>;
}

/**
 * The service that calls a domain, by its token.
 * @throws ConnectError when there is no valid token for this domain, or when it is not a service's
 */
async function callerOf(
  identity: Identity,
  domain: string,
  authorization: string | null | undefined,
): Promise<Principal> {
  const [scheme, token] = (authorization ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) throw new ConnectError('a service token is required', Code.Unauthenticated);
  let principal: Principal;
  try {
    principal = await identity.verifyInternalToken(token, domain);
  } catch (error) {
    if (error instanceof InvalidToken) throw new ConnectError('the token is not valid here', Code.Unauthenticated);
    throw error;
  }
  if (principal.kind !== 'service') throw new ConnectError('only services may call', Code.PermissionDenied);
  return principal;
}

/** Tells the trace of the work in hand, and for whom it is. */
function passTrace(header: Headers): void {
  const trace = currentTrace();
  header.set('traceparent', childTraceparent(trace.traceparent));
  header.set(onBehalfOfHeader, partyServed(trace));
}

function identify(identity: Identity, domain: string, caller: Principal): Interceptor {
  return (next) => async (request) => {
    request.header.set('authorization', `Bearer ${await identity.mintInternalToken(caller, domain)}`);
    passTrace(request.header);
    return next(request);
  };
}

const routesOf = (services: readonly RpcService[]) => (router: ConnectRouter) => {
  for (const each of services) each.register(router);
};

/**
 * The network if all domains run in one process: calls are as over gRPC, with token and deadline, but use no socket.
 */
export function localNetwork(identity: Identity): RpcNetwork {
  const domains = new Map<string, LocalServices>();
  return {
    transportTo(domain, caller) {
      return {
        async unary(method, signal, timeoutMs, _header, input) {
          const services = domains.get(domain);
          if (!services) throw new ConnectError(`${domain} does not serve yet`, Code.Unavailable);
          const token = await identity.mintInternalToken(caller, domain);
          const principal = await callerOf(identity, domain, `Bearer ${token}`);
          const trace = currentTrace();
          const onBehalfOf = acceptParty(partyServed(trace));
          return runWithTrace(traceOfRequest(childTraceparent(trace.traceparent), actorOf(principal), onBehalfOf), () =>
            callLocally(services, method, input, { principal, signal, timeoutMs: timeoutMs ?? deadlineMs }),
          );
        },
        stream: () => Promise.reject(new ConnectError('streams are not used between domains', Code.Unimplemented)),
      };
    },
    serve(domain, services) {
      domains.set(domain, localServices(services));
      return Promise.resolve({ close: () => Promise.resolve(void domains.delete(domain)) });
    },
  };
}

/** A network with connections that stay open until it is closed. */
export interface Closable {
  /** Closes the connections to other domains. Calls under way fail, and so do all calls after it. */
  close(): void;
}

export interface GrpcClientOptions {
  readonly identity: Identity;
  /** A domain's base URL. */
  readonly addressOf: (domain: string) => string;
  readonly signsOfLife?: SignsOfLife;
}

/**
 * A client-only network over gRPC, for a process that serves no domain itself. All clients share one connection to each
 * domain.
 */
export function grpcClients(options: GrpcClientOptions): Pick<RpcNetwork, 'transportTo'> & Closable {
  const peers = new Peers(options.addressOf, options.signsOfLife);
  return {
    transportTo: (domain, caller) =>
      createGrpcTransport({
        ...peers.to(domain),
        defaultTimeoutMs: deadlineMs,
        interceptors: [mapConnectionFailures, identify(options.identity, domain, caller)],
      }),
    close: () => peers.close(),
  };
}

/**
 * The network if each domain runs in a process of its own: gRPC over HTTP/2. `listen` is this process's own address.
 */
export function grpcNetwork(
  options: GrpcClientOptions & {
    readonly listen: { readonly port: number; readonly host: string };
    readonly patience?: GrpcPatience;
  },
): RpcNetwork & Closable {
  return {
    ...grpcClients(options),
    async serve(domain, services) {
      const server = grpcServer({
        routes: routesOf(services),
        callerOf: (authorization) => callerOf(options.identity, domain, authorization),
        patience: options.patience,
      });
      const close = closerOf(server, deadlineMs);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(options.listen.port, options.listen.host, resolve);
      });
      return { close };
    },
  };
}
