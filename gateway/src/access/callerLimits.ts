import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { StreamPolicy } from '../channelManifest.ts';

/** Gives back what was taken; calling it again does nothing. */
export type Release = () => void;

type Counted = 'connections' | 'subscriptions' | 'heldBytes';

const nobody = 'anonymous';

/**
 * What long-lived connections one caller may have in this process, over sockets and event streams together. Callers
 * without a token are not told apart: only the sum of all binds them.
 */
export class CallerLimits {
  readonly #policy: StreamPolicy;
  readonly #counts = {
    connections: new Map<string, number>(),
    subscriptions: new Map<string, number>(),
    heldBytes: new Map<string, number>(),
  };
  #connections = 0;
  #heldBytes = 0;

  constructor(policy: StreamPolicy) {
    this.#policy = policy;
  }

  /** Room for a connection of whoever it will be; undefined if there is none. */
  open(): Release | undefined {
    if (this.#connections >= this.#policy.maxConnections) return undefined;
    this.#connections += 1;
    return once(() => {
      this.#connections -= 1;
    });
  }

  connection(principal: Principal): Release | undefined {
    return this.#take('connections', principal, this.#policy.maxConnectionsPerCaller);
  }

  subscription(principal: Principal): Release | undefined {
    return this.#take('subscriptions', principal, this.#policy.maxSubscriptionsPerCaller);
  }

  /** Room for what an operation holds while it runs. Those without a token have one share together. */
  held(principal: Principal, bytes: number): Release | undefined {
    const { maxHeldBytes, maxHeldBytesPerCaller } = this.#policy;
    if (this.#heldBytes + bytes > maxHeldBytes) return undefined;
    const isAnonymous = principal.kind === 'anonymous';
    const release = this.#add(
      'heldBytes',
      isAnonymous ? nobody : actorOf(principal),
      bytes,
      isAnonymous ? maxHeldBytes / 2 : maxHeldBytesPerCaller,
    );
    if (!release) return undefined;
    this.#heldBytes += bytes;
    return once(() => {
      this.#heldBytes -= bytes;
      release();
    });
  }

  #take(what: Counted, principal: Principal, max: number): Release | undefined {
    return principal.kind === 'anonymous' ? () => undefined : this.#add(what, actorOf(principal), 1, max);
  }

  #add(what: Counted, who: string, amount: number, max: number): Release | undefined {
    const counts = this.#counts[what];
    const count = counts.get(who) ?? 0;
    if (count + amount > max) return undefined;
    counts.set(who, count + amount);
    return once(() => {
      const left = (counts.get(who) ?? amount) - amount;
      if (left > 0) counts.set(who, left);
      else counts.delete(who);
    });
  }
}

/** What gives back no more than once, however often it is called. */
export function once(work: () => void): Release {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
