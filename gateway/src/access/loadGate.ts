import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { Release } from './callerLimits.ts';
import type { LoadQueue } from './loadQueue.ts';

/** Where a request waits for its turn, by what it runs and who asks. */
export class LoadGate {
  readonly queue: LoadQueue;
  readonly #first: ReadonlySet<string>;

  constructor(queue: LoadQueue, first: readonly string[]) {
    this.queue = queue;
    this.#first = new Set(first);
  }

  /**
   * Resolves when the request may run, to what has to be called when it has. Callers without a token are told apart by
   * their address. @throws Refusal 503
   */
  enter(
    { prepared, trusted }: { readonly prepared: PreparedDocument; readonly trusted?: string | undefined },
    principal: Principal,
    address: string | undefined,
  ): Promise<Release> | Release {
    const isUrgent = prepared.operation.operation === 'mutation' || (trusted !== undefined && this.#first.has(trusted));
    const caller = principal.kind === 'anonymous' ? `address:${address ?? ''}` : actorOf(principal);
    return this.queue.enter(isUrgent ? 'first' : 'usual', caller);
  }
}
