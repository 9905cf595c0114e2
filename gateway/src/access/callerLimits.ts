import { callerKeyOf, type Principal } from '#platform/identity/principal.ts';
import type { StreamPolicy } from '../channelManifest.ts';
import { callerNetworkOf } from '../transports/http/clientAddress.ts';

/** Gives back what was reserved. Calling it again does nothing. */
export type Release = () => void;

type Counted = 'slots' | 'connections' | 'subscriptions' | 'heldBytes';

const nobody = 'anonymous';

/**
 * Counts what callers hold in this process (connections, subscriptions, bytes), over WebSockets and event streams
 * together, against the limits of the channel's stream policy. Callers without a token cannot be told apart: only the
 * limits for all callers of one address, and for all callers together, apply to them.
 */
export class CallerLimits {
  readonly #policy: StreamPolicy;
  readonly #counts = {
    slots: new Map<string, number>(),
    connections: new Map<string, number>(),
    subscriptions: new Map<string, number>(),
    heldBytes: new Map<string, number>(),
  };
  #connections = 0;
  #heldBytes = 0;

  constructor(policy: StreamPolicy) {
    this.#policy = policy;
  }

  /**
   * Reserves one of all connections, before it is known who calls; undefined if there are `maxConnections`, or from the
   * caller's address `maxConnectionsPerAddress`.
   */
  reserveSlot(address: string): Release | undefined {
    if (this.#connections >= this.#policy.maxConnections) return undefined;
    const { maxConnectionsPerAddress } = this.#policy;
    return this.#add('slots', { who: callerNetworkOf(address), amount: 1, max: maxConnectionsPerAddress });
  }

  /** Reserves one of the caller's connections; undefined if it has as many as it may. */
  reserveConnection(principal: Principal): Release | undefined {
    return this.#take('connections', principal, this.#policy.maxConnectionsPerCaller);
  }

  /** Reserves one of the caller's subscriptions; undefined if it has as many as it may. */
  reserveSubscription(principal: Principal): Release | undefined {
    return this.#take('subscriptions', principal, this.#policy.maxSubscriptionsPerCaller);
  }

  /**
   * Reserves the memory that an operation holds while it runs; undefined if there is not enough left. All callers
   * without a token share half of `maxHeldBytes`.
   */
  reserveBytes(principal: Principal, bytes: number): Release | undefined {
    const { maxHeldBytes, maxHeldBytesPerCaller } = this.#policy;
    if (this.#heldBytes + bytes > maxHeldBytes) return undefined;
    return principal.kind === 'anonymous'
      ? this.#add('heldBytes', { who: nobody, amount: bytes, max: maxHeldBytes / 2 })
      : this.#add('heldBytes', { who: callerKeyOf(principal), amount: bytes, max: maxHeldBytesPerCaller });
  }

  #take(what: Counted, principal: Principal, max: number): Release | undefined {
    const who = principal.kind === 'anonymous' ? undefined : callerKeyOf(principal);
    return this.#add(what, { who, amount: 1, max });
  }

  /**
   * Counts against the limit of who calls; who cannot be told apart has none. Each socket keeps what this returns while
   * it is open, so it is one function.
   */
  #add(what: Counted, { who, amount, max }: { who: string | undefined; amount: number; max: number }) {
    const count = this.#counts[what].get(who ?? nobody) ?? 0;
    if (who !== undefined && count + amount > max) return undefined;
    this.#count(what, who, amount);
    let isHeld = true;
    return (): void => {
      if (isHeld) this.#count(what, who, -amount);
      isHeld = false;
    };
  }

  #count(what: Counted, who: string | undefined, amount: number): void {
    if (what === 'slots') this.#connections += amount;
    if (what === 'heldBytes') this.#heldBytes += amount;
    if (who === undefined) return;
    const counts = this.#counts[what];
    const left = (counts.get(who) ?? 0) + amount;
    if (left > 0) counts.set(who, left);
    else counts.delete(who);
  }
}

/** A function that does its work the first time it is called, and nothing after that. */
export function once(work: () => void): Release {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
