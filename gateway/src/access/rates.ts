import type { RateLimiterRes } from 'rate-limiter-flexible';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { RatePolicy } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';
import type { RateCounter, RateStore } from './rateStore.ts';

const windowSeconds = 60;

/** How a caller stands to its limit, as response headers: draft-ietf-httpapi-ratelimit-headers. */
export interface RateHeaders {
  readonly 'ratelimit-policy': string;
  readonly ratelimit: string;
}

/**
 * Counts what each caller asks for in a minute: requests, and the fields of mutations, each as often as it is selected,
 * so that a hundred aliases of one are a hundred. Callers without a token cannot be told apart behind a balancer, so
 * they are not counted.
 */
export class Rates {
  readonly #policy: RatePolicy;
  readonly #requests: RateCounter;
  readonly #mutations: RateCounter;

  /** @param channel names the counts: those of two channels are not added up, those of its replicas are */
  constructor(policy: RatePolicy, store: RateStore, channel: string) {
    this.#policy = policy;
    const counter = (name: string, points: number): RateCounter =>
      store.counter(`${channel}:${name}`, { points, duration: windowSeconds });
    this.#requests = counter('requests', policy.requestsPerMinute);
    this.#mutations = counter('mutations', policy.mutationsPerMinute);
  }

  /** Counts a request. `tell` hears how the caller stands, also before a refusal. @throws Refusal 429 */
  async countRequest(principal: Principal, tell?: (headers: RateHeaders) => void): Promise<void> {
    if (principal.kind === 'anonymous') return;
    const { requestsPerMinute } = this.#policy;
    const asked = await this.#requests.count(actorOf(principal), 1);
    tell?.(headersOf('requests', requestsPerMinute, asked));
    if (asked.consumedPoints > requestsPerMinute) throw tooMany(asked, `${requestsPerMinute} requests`);
  }

  /** Counts fields of mutations. `tell` hears how the caller stands before a refusal. @throws Refusal 429 */
  async countMutations(principal: Principal, fields: number, tell?: (headers: RateHeaders) => void): Promise<void> {
    if (principal.kind === 'anonymous' || fields === 0) return;
    const { mutationsPerMinute } = this.#policy;
    const changed = await this.#mutations.count(actorOf(principal), fields);
    if (changed.consumedPoints <= mutationsPerMinute) return;
    tell?.(headersOf('mutations', mutationsPerMinute, changed));
    throw tooMany(changed, `${mutationsPerMinute} mutations, each alias counted`);
  }
}

const secondsLeft = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

const headersOf = (name: string, quota: number, result: RateLimiterRes): RateHeaders => ({
  'ratelimit-policy': `"${name}";q=${quota};w=${windowSeconds}`,
  ratelimit: `"${name}";r=${Math.max(0, result.remainingPoints)};t=${secondsLeft(result)}`,
});

const tooMany = (result: RateLimiterRes, limit: string): Refusal =>
  Refusal.tooMany(429, `At most ${limit} are answered in a minute. Try again later.`, secondsLeft(result));
