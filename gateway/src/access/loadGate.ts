import { callerKeyOf, type Principal } from '#platform/identity/principal.ts';
import type { PreparedDocument } from '../documents/documents.ts';
import type { LoadPolicy } from '../channelManifest.ts';
import { networkOf } from '../transports/http/clientAddress.ts';
import type { Release } from './callerLimits.ts';
import { LoadQueue } from './loadQueue.ts';
import type { RatedCaller, RateHeaders, Rates } from './rates.ts';

/** What is asked for: a document, and its name if it is a trusted one. */
export interface AskedOperation {
  readonly prepared: PreparedDocument;
  readonly trusted?: string | undefined;
}

/** So many callers at a time are asked who they are: as many as the domain that knows answers at once. */
const doorPolicy: LoadPolicy = {
  maxRunning: 16,
  keptForUrgent: 0,
  maxWaiting: 1_000,
  waitMs: 5_000,
  first: [],
};

/** Where a request is counted against the rates of its caller, and waits for its turn. */
export class LoadGate {
  readonly #queue: LoadQueue;
  readonly #rates: Rates | undefined;
  readonly #first: ReadonlySet<string>;
  readonly #door: LoadQueue;

  constructor(queue: LoadQueue, first: readonly string[], rates: Rates | undefined) {
    this.#queue = queue;
    this.#first = new Set(first);
    this.#rates = rates;
    this.#door = new LoadQueue(doorPolicy, 'door');
  }

  /**
   * Has a caller of whom nothing but an address is known wait until it may be asked who that is. Each address in turn
   * has one of its requests taken, so that however many one sends, others wait for one of them at most. Resolves to
   * what has to be called when it is known. @throws Refusal 503
   */
  async enterUnknown(address: string): Promise<Release> {
    return this.#door.enter('usual', networkOf(address));
  }

  /**
   * Counts a request as soon as it is known whose it is: to read, parse and check what is then refused is work, too.
   * `tell` hears how the caller stands to its rates. @throws Refusal 429
   */
  async countRequest(caller: RatedCaller, tell?: (headers: RateHeaders) => void): Promise<void> {
    await this.#rates?.countRequest(caller, tell);
  }

  /**
   * Has a request that was counted wait for its turn; its fields of mutations are counted before. Resolves when it may
   * run, to what has to be called when it has. In the queue, callers without a token are told apart by their address.
   * @throws Refusal 429 or 503
   */
  async enter(
    { prepared, trusted }: AskedOperation,
    principal: Principal,
    address: string,
    tell?: (headers: RateHeaders) => void,
  ): Promise<Release> {
    await this.#rates?.countMutations({ principal, address }, prepared.mutationFields, tell);
    const isUrgent = prepared.mutationFields > 0 || (trusted !== undefined && this.#first.has(trusted));
    const caller = principal.kind === 'anonymous' ? `address:${networkOf(address)}` : callerKeyOf(principal);
    return this.#queue.enter(isUrgent ? 'first' : 'usual', caller);
  }
}
