import type { RateLimiterRes } from 'rate-limiter-flexible';
import { callerKeyOf, type Principal } from '#platform/identity/principal.ts';
import type { Rate, RatePolicy } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';
import { callerNetworkOf } from '../transports/http/clientAddress.ts';
import type { RateCounter, RateStore } from './rateStore.ts';

const windowSeconds = 60;

/** How a caller stands to its limit, as response headers: draft-ietf-httpapi-ratelimit-headers. */
export interface RateHeaders {
  readonly 'ratelimit-policy': string;
  readonly ratelimit: string;
}

/** Who is counted: by its token, and by the address from which it comes. */
export interface RatedCaller {
  readonly principal: Principal;
  /** Empty if it does not count, as of programs that have one for all of their users. */
  readonly address: string;
}

type Tell = (headers: RateHeaders) => void;

/** One of the limits: what it is called in headers, and by what a caller is counted; undefined if it is not. */
interface Limit {
  readonly name: 'requests' | 'mutations' | 'address' | 'address-mutations';
  readonly quota: number;
  readonly counter: RateCounter;
  readonly keyOf: (caller: RatedCaller) => string | undefined;
  readonly asText: string;
}

/** Callers without a token cannot be told apart but by their address. */
const byToken = ({ principal }: RatedCaller): string | undefined =>
  principal.kind === 'anonymous' ? undefined : callerKeyOf(principal);

const byAddress = ({ address }: RatedCaller): string | undefined => callerNetworkOf(address);

/**
 * Counts what is asked for in a minute by each caller, and by all callers of an address: requests, and the fields of
 * mutations, each as often as it is selected, so that a hundred aliases of one are a hundred.
 */
export class Rates {
  readonly #requests: readonly Limit[];
  readonly #mutations: readonly Limit[];

  /** @param channel names the counts: those of two channels are not added up, those of its replicas are */
  constructor(policy: RatePolicy, store: RateStore, channel: string) {
    const limit = (name: Limit['name'], what: keyof Rate, rate: Rate, keyOf: Limit['keyOf']): Limit => {
      const of = keyOf === byAddress ? ' of one address' : '';
      return {
        name,
        quota: rate[what],
        keyOf,
        counter: store.counter(`${channel}:${name}`, { points: rate[what], duration: windowSeconds }),
        asText:
          what === 'requestsPerMinute'
            ? `${rate[what]} requests${of}`
            : `${rate[what]} mutations${of}, each alias counted`,
      };
    };
    const { perAddress } = policy;
    this.#requests = [
      limit('requests', 'requestsPerMinute', policy, byToken),
      ...(perAddress ? [limit('address', 'requestsPerMinute', perAddress, byAddress)] : []),
    ];
    this.#mutations = [
      limit('mutations', 'mutationsPerMinute', policy, byToken),
      ...(perAddress ? [limit('address-mutations', 'mutationsPerMinute', perAddress, byAddress)] : []),
    ];
  }

  /**
   * Counts a request. `tell` hears how the caller stands by its token, and before a refusal of the limit that it is
   * over. An answer that anybody may keep says nothing about an address. @throws Refusal 429
   */
  async countRequest(caller: RatedCaller, tell?: Tell): Promise<void> {
    for (const limit of this.#requests) await count(limit, caller, 1, limit.keyOf === byToken, tell);
  }

  /** Counts fields of mutations. `tell` hears how the caller stands before a refusal. @throws Refusal 429 */
  async countMutations(caller: RatedCaller, fields: number, tell?: Tell): Promise<void> {
    if (fields > 0) for (const limit of this.#mutations) await count(limit, caller, fields, false, tell);
  }
}

async function count(
  { name, quota, counter, keyOf, asText }: Limit,
  caller: RatedCaller,
  points: number,
  tellsAlways: boolean,
  tell: Tell | undefined,
): Promise<void> {
  const key = keyOf(caller);
  if (key === undefined) return;
  const result = await counter.count(key, points);
  const isOver = result.consumedPoints > quota;
  if (tellsAlways || isOver) tell?.(headersOf(name, quota, result));
  if (isOver) throw tooMany(result, asText);
}

const secondsLeft = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

const headersOf = (name: string, quota: number, result: RateLimiterRes): RateHeaders => ({
  'ratelimit-policy': `"${name}";q=${quota};w=${windowSeconds}`,
  ratelimit: `"${name}";r=${Math.max(0, result.remainingPoints)};t=${secondsLeft(result)}`,
});

const tooMany = (result: RateLimiterRes, limit: string): Refusal =>
  Refusal.tooMany(429, `At most ${limit} are answered in a minute. Try again later.`, secondsLeft(result));
