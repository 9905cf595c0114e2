import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createContextKey,
  type ConnectRouter,
  type HandlerContext,
  type ServiceImpl,
} from '@connectrpc/connect';
import { isInfrastructureFailure } from '#platform/events/failure.ts';
import type { Principal } from '#platform/identity/principal.ts';

export interface CallContext {
  /** Which service asks. */
  readonly principal: Principal;
  /** Fires when the caller gave up or its deadline passed. */
  readonly signal: AbortSignal;
}

/**
 * Unary methods of a service: a request in, a message out. Throw `ConnectError` with a code for what the caller can act
 * on.
 */
export type Implementation<Service extends DescService> = {
  [Name in keyof Service['method']]: Service['method'][Name] extends DescMethodUnary<
    infer Input extends DescMessage,
    infer Output extends DescMessage
  >
    ? (
        request: MessageShape<Input>,
        context: CallContext,
      ) => Promise<MessageInitShape<Output>> | MessageInitShape<Output>
    : never;
};

/** A service description together with what answers it. */
export interface RpcService {
  readonly description: DescService;
  /** The services that may call it; nobody else may. */
  readonly callers: readonly string[];
  register(router: ConnectRouter): void;
}

/** Set by the server's interceptor before a handler runs. */
export const callerKey = createContextKey<Principal | undefined>(undefined, { description: 'caller' });

/**
 * Binds an implementation to its description, for a subgraph's `services`. Only `callers`, services by name, are let
 * in.
 */
export function service<Service extends DescService>(
  description: Service,
  callers: readonly string[],
  implementation: Implementation<Service>,
): RpcService {
  const handlers = Object.fromEntries(
    Object.entries<(request: never, context: CallContext) => unknown>(implementation).map(([name, handle]) => [
      name,
      (request: never, context: HandlerContext) => {
        const principal = context.values.get(callerKey);
        if (!principal) throw new Error(`${description.typeName}/${name} was reached without a caller`);
        if (!callers.includes(principal.subject))
          throw new ConnectError(`${principal.subject} may not call ${description.typeName}`, Code.PermissionDenied);
        return tellingUnavailability(() => handle(request, { principal, signal: context.signal }));
      },
    ]),
  );
  return {
    description,
    callers,
    register: (router) => void router.service(description, handlers as ServiceImpl<Service>),
  };
}

/**
 * A handler whose database is down, say, is not at fault: its caller hears `Unavailable`, after which it asks again,
 * and not `Internal`, after which it gives up.
 */
async function tellingUnavailability<T>(handle: () => T | Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof ConnectError || !isInfrastructureFailure(error)) throw error;
    throw new ConnectError(
      'something that this rests on does not answer',
      Code.Unavailable,
      undefined,
      undefined,
      error,
    );
  }
}
