import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { Release } from './callerLimits.ts';
import type { LoadQueue } from './loadQueue.ts';
import type { RateHeaders, Rates } from './rates.ts';

/** What is asked for: a document, and its name if it is a trusted one. */
export interface AskedOperation {
  readonly prepared: PreparedDocument;
  readonly trusted?: string | undefined;
}

/** Where a request is counted against the rates of its caller, and waits for its turn. */
export class LoadGate {
  readonly #queue: LoadQueue;
  readonly #rates: Rates | undefined;
  readonly #first: ReadonlySet<string>;

  constructor(queue: LoadQueue, first: readonly string[], rates: Rates | undefined) {
    this.#queue = queue;
    this.#first = new Set(first);
    this.#rates = rates;
  }

  /**
   * Counts a request, and has it wait for its turn. Resolves when it may run, to what has to be called when it has. In
   * the queue, callers without a token are told apart by their address. `tell` hears how the caller stands to its
   * rates. @throws Refusal 429 or 503
   */
  async enter(
    asked: AskedOperation,
    principal: Principal,
    address: string | undefined,
    tell?: (headers: RateHeaders) => void,
  ): Promise<Release> {
    await this.countRequest(principal, tell);
    return this.enterCounted(asked, principal, address, tell);
  }

  /** Counts a request before it is known what it asks for. @throws Refusal 429 */
  async countRequest(principal: Principal, tell?: (headers: RateHeaders) => void): Promise<void> {
    await this.#rates?.countRequest(principal, tell);
  }

  /** As `enter`, for a request that was counted by `countRequest`. @throws Refusal 429 or 503 */
  async enterCounted(
    { prepared, trusted }: AskedOperation,
    principal: Principal,
    address: string | undefined,
    tell?: (headers: RateHeaders) => void,
  ): Promise<Release> {
    await this.#rates?.countMutations(principal, prepared.mutationFields, tell);
    const isUrgent = prepared.mutationFields > 0 || (trusted !== undefined && this.#first.has(trusted));
    const caller = principal.kind === 'anonymous' ? `address:${address ?? ''}` : actorOf(principal);
    return this.#queue.enter(isUrgent ? 'first' : 'usual', caller);
  }
}
