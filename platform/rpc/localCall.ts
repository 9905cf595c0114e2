import { create, type DescMessage, type DescMethodUnary, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, type UnaryResponse } from '@connectrpc/connect';
import type { CallContext, RpcService } from './service.ts';

/** The services of a domain within this process, by their names. */
export type LocalServices = ReadonlyMap<string, RpcService>;

export const localServices = (services: readonly RpcService[]): LocalServices =>
  new Map(services.map((each) => [each.description.typeName, each]));

/**
 * Calls a method within the process as it would be called over gRPC, with a deadline and with what errors tell there;
 * but the messages are handed over, not written and read. Neither side may change what it was handed.
 */
export async function callLocally<Input extends DescMessage, Output extends DescMessage>(
  services: LocalServices,
  method: DescMethodUnary<Input, Output>,
  input: Parameters<typeof create<Input>>[1],
  call: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number } & Pick<CallContext, 'principal'>,
): Promise<UnaryResponse<Input, Output>> {
  const service = services.get(method.parent.typeName);
  if (!service) throw new ConnectError(`${method.parent.typeName} is not served`, Code.Unimplemented);
  const answer = await untilDeadline(call.signal, call.timeoutMs, async (signal) => {
    try {
      return await service.answer(method, create(method.input, input), { principal: call.principal, signal });
    } catch (error) {
      throw asToldOver(error);
    }
  });
  return {
    stream: false,
    service: method.parent,
    method,
    header: new Headers(),
    trailer: new Headers(),
    message: create(method.output, answer as Parameters<typeof create<Output>>[1]),
  };
}

/** An error as a caller in another process hears it: without its cause, and without what only the callee may know. */
const asToldOver = (error: unknown): ConnectError =>
  error instanceof ConnectError
    ? Object.assign(new ConnectError(error.rawMessage, error.code, error.metadata), { details: error.details })
    : new ConnectError('internal error', Code.Internal);

/** What `work` gives, unless the caller gives up or the deadline comes first. */
async function untilDeadline(
  ends: AbortSignal | undefined,
  ms: number,
  work: (signal: AbortSignal) => Promise<Message | object>,
): Promise<Message | object> {
  const controller = new AbortController();
  let late: NodeJS.Timeout | undefined;
  let leave: (() => void) | undefined;
  const given = new Promise<never>((_resolve, reject) => {
    const give = (error: ConnectError): void => {
      controller.abort(error);
      reject(error);
    };
    late = setTimeout(() => give(new ConnectError('the operation timed out', Code.DeadlineExceeded)), ms);
    leave = () => give(ConnectError.from(ends?.reason, Code.Canceled));
    if (ends?.aborted) leave();
    else ends?.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work(controller.signal), given]);
  } finally {
    clearTimeout(late);
    ends?.removeEventListener('abort', leave!);
  }
}
