import { callerKeyOf, type Principal } from '#platform/identity/principal.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import { callerNetworkOf } from '../transports/http/clientAddress.ts';

/** Gives back what was reserved. Calling it again does nothing. */
export type Release = () => void;

const nobody = 'anonymous';

/** What one caller, or one network, holds in this process. */
class Holder {
  slots = 0;
  connections = 0;
  subscriptions = 0;
  heldBytes = 0;
  readonly #name: string;
  /** All who hold something, by name. */
  readonly #holders: Map<string, Holder>;

  constructor(name: string, holders: Map<string, Holder>) {
    this.#name = name;
    this.#holders = holders;
  }

  add(what: Counted, amount: number): void {
    this[what] += amount;
    if (this.slots + this.connections + this.subscriptions + this.heldBytes > 0) this.#holders.set(this.#name, this);
    else this.#holders.delete(this.#name);
  }
}

type Counted = 'slots' | 'connections' | 'subscriptions' | 'heldBytes';

/** What is counted against a limit until it is given back. It is a class because each socket keeps several. */
export class Reservation {
  readonly #limits: CallerLimits;
  readonly #holder: Holder | undefined;
  readonly #what: Counted;
  #amount: number;

  constructor(limits: CallerLimits, holder: Holder | undefined, what: Counted, amount: number) {
    this.#limits = limits;
    this.#holder = holder;
    this.#what = what;
    this.#amount = amount;
    limits.count(what, amount);
    holder?.add(what, amount);
  }

  /** Gives it back. Returns how much was given back, which is nothing when it is called again. */
  release(): number {
    const amount = this.#amount;
    if (amount === 0) return 0;
    this.#amount = 0;
    this.#limits.count(this.#what, -amount);
    this.#holder?.add(this.#what, -amount);
    return amount;
  }
}

/**
 * Counts what callers hold in this process (connections, subscriptions, bytes), over WebSockets and event streams
 * together, against the limits of the channel's stream policy. Callers without a token cannot be told apart: only the
 * limits for all callers of one address, and for all callers together, apply to them.
 */
export class CallerLimits {
  readonly #policy: StreamPolicy;
  readonly #callers = new Map<string, Holder>();
  readonly #networks = new Map<string, Holder>();
  #connections = 0;
  #heldBytes = 0;

  constructor(policy: StreamPolicy) {
    this.#policy = policy;
  }

  /**
   * Reserves one of all connections, before it is known who calls; undefined if there are `maxConnections`, or from the
   * caller's address `maxConnectionsPerAddress`.
   */
  reserveSlot(address: string): Reservation | undefined {
    if (this.#connections >= this.#policy.maxConnections) return undefined;
    const network = callerNetworkOf(address);
    const holder = network === undefined ? undefined : holderOf(network, this.#networks);
    return this.#reserve(holder, 'slots', 1, this.#policy.maxConnectionsPerAddress);
  }

  /** Reserves one of the caller's connections; undefined if it has as many as it may. */
  reserveConnection(principal: Principal): Reservation | undefined {
    return this.#reserve(this.#callerOf(principal), 'connections', 1, this.#policy.maxConnectionsPerCaller);
  }

  /** Reserves one of the caller's subscriptions; undefined if it has as many as it may. */
  reserveSubscription(principal: Principal): Reservation | undefined {
    return this.#reserve(this.#callerOf(principal), 'subscriptions', 1, this.#policy.maxSubscriptionsPerCaller);
  }

  /**
   * Reserves the memory that an operation holds while it runs; undefined if there is not enough left. All callers
   * without a token share half of `maxHeldBytes`.
   */
  reserveBytes(principal: Principal, bytes: number): Reservation | undefined {
    const { maxHeldBytes, maxHeldBytesPerCaller } = this.#policy;
    if (this.#heldBytes + bytes > maxHeldBytes) return undefined;
    const caller = this.#callerOf(principal);
    return caller
      ? this.#reserve(caller, 'heldBytes', bytes, maxHeldBytesPerCaller)
      : this.#reserve(holderOf(nobody, this.#callers), 'heldBytes', bytes, maxHeldBytes / 2);
  }

  /** Undefined for who cannot be told apart. */
  #callerOf(principal: Principal): Holder | undefined {
    return principal.kind === 'anonymous' ? undefined : holderOf(callerKeyOf(principal), this.#callers);
  }

  #reserve(holder: Holder | undefined, what: Counted, amount: number, max: number): Reservation | undefined {
    return holder && holder[what] + amount > max ? undefined : new Reservation(this, holder, what, amount);
  }

  /** Counts for all callers together. */
  count(what: Counted, amount: number): void {
    if (what === 'slots') this.#connections += amount;
    if (what === 'heldBytes') this.#heldBytes += amount;
  }
}

const holderOf = (name: string, holders: Map<string, Holder>): Holder => holders.get(name) ?? new Holder(name, holders);

/** A function that does its work the first time it is called, and nothing after that. */
export function once(work: () => void): Release {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
