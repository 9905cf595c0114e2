import type {
  DescMessage,
  DescMethodUnary,
  DescService,
  Message,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
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
  /** The calling service. */
  readonly principal: Principal;
  /** Fires when the caller gave up or its deadline passed. */
  readonly signal: AbortSignal;
}

/**
 * The methods of a service, all unary: one request, one response. Throw a `ConnectError` for failures that the caller
 * can act on; any other error becomes `Unavailable` if the infrastructure failed, and else `Internal`.
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

type Handle = (request: never, context: CallContext) => object | Promise<object>;

/** A service's description together with its implementation. */
export interface RpcService {
  readonly description: DescService;
  /** Names of the services that may call it; all others are refused. */
  readonly callers: readonly string[];
  register(router: ConnectRouter): void;
  /** Answers a call of one of its methods. */
  answer(method: DescMethodUnary, request: Message, context: CallContext): Promise<object>;
}

/** Set by the server's interceptor before a handler runs. */
export const callerKey = createContextKey<Principal | undefined>(undefined, { description: 'caller' });

/**
 * Binds an implementation to a service's description, for a subgraph's `services`. Only the services named in `callers`
 * may call it.
 */
export function service<Service extends DescService>(
  description: Service,
  callers: readonly string[],
  implementation: Implementation<Service>,
): RpcService {
  const methods = implementation as Readonly<Record<string, Handle>>;
  const answer = (name: string, request: unknown, context: CallContext): Promise<object> => {
    if (!callers.includes(context.principal.subject))
      throw new ConnectError(
        `${context.principal.subject} may not call ${description.typeName}`,
        Code.PermissionDenied,
      );
    const handle = methods[name];
    if (!handle) throw new ConnectError(`${description.typeName}.${name} is not implemented`, Code.Unimplemented);
    return mapUnavailability(() => handle(request as never, context));
  };
  const handlers = Object.fromEntries(
    Object.keys(methods).map((name) => [
      name,
      (request: never, { values, signal }: HandlerContext) => {
        const principal = values.get(callerKey);
        if (!principal) throw new Error(`${description.typeName}/${name} was reached without a caller`);
        return answer(name, request, { principal, signal });
      },
    ]),
  );
  return {
    description,
    callers,
    register: (router) => void router.service(description, handlers as ServiceImpl<Service>),
    answer: async ({ localName }, request, context) => answer(localName, request, context),
  };
}

/**
 * Turns an infrastructure failure of a handler (its database is down, say) into `Unavailable`, after which callers try
 * again. As `Internal` it would look like a bug, and they would give up.
 */
async function mapUnavailability<T>(handle: () => T | Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof ConnectError || !isInfrastructureFailure(error)) throw error;
    throw new ConnectError(
      'a database or service that this needs does not answer',
      Code.Unavailable,
      undefined,
      undefined,
      error,
    );
  }
}
