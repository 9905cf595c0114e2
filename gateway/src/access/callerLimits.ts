import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { StreamPolicy } from '../channelManifest.ts';

/** Gives back what was taken; calling it again does nothing. */
export type Release = () => void;

type Counted = 'connections' | 'subscriptions';

/** What long-lived connections one caller may have in this process, over sockets and event streams together. Callers without a token are not told apart: only the sum of all binds them. */
export class CallerLimits {
  readonly #policy: StreamPolicy;
  readonly #counts = { connections: new Map<string, number>(), subscriptions: new Map<string, number>() };
  #connections = 0;

  constructor(policy: StreamPolicy) {
    this.#policy = policy;
  }

  /** Room for a connection of whoever it will be; undefined if there is none. */
  open(): Release | undefined {
    if (this.#connections >= this.#policy.maxConnections) return undefined;
    this.#connections += 1;
    return once(() => { this.#connections -= 1; });
  }

  connection(principal: Principal): Release | undefined {
    return this.#take('connections', principal, this.#policy.maxConnectionsPerCaller);
  }

  subscription(principal: Principal): Release | undefined {
    return this.#take('subscriptions', principal, this.#policy.maxSubscriptionsPerCaller);
  }

  #take(what: Counted, principal: Principal, max: number): Release | undefined {
    if (principal.kind === 'anonymous') return () => undefined;
    const counts = this.#counts[what];
    const who = actorOf(principal);
    const count = counts.get(who) ?? 0;
    if (count >= max) return undefined;
    counts.set(who, count + 1);
    return once(() => {
      const left = (counts.get(who) ?? 1) - 1;
      if (left > 0) counts.set(who, left);
      else counts.delete(who);
    });
  }
}

function once(work: () => void): Release {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
