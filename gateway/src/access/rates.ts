import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { actorOf, type Principal } from '#platform/identity/principal.ts';
import type { RatePolicy } from '../channelManifest.ts';
import { Refusal } from '../errors/refusal.ts';

const windowSeconds = 60;

/** How a caller stands to its limit, as response headers: draft-ietf-httpapi-ratelimit-headers. */
export interface RateHeaders {
  readonly 'ratelimit-policy': string;
  readonly ratelimit: string;
}

/**
 * Counts what each caller asks for in a minute: requests, and the fields of mutations, each as often as it is selected,
 * so that a hundred aliases of one are a hundred. Callers without a token cannot be told apart behind a balancer, so
 * they are not counted. The counts are those of one process.
 */
export class Rates {
  readonly #policy: RatePolicy;
  readonly #requests: RateLimiterMemory;
  readonly #mutations: RateLimiterMemory;

  constructor(policy: RatePolicy) {
    this.#policy = policy;
    this.#requests = new RateLimiterMemory({ points: policy.requestsPerMinute, duration: windowSeconds });
    this.#mutations = new RateLimiterMemory({ points: policy.mutationsPerMinute, duration: windowSeconds });
  }

  /** Counts a request. `tell` hears how the caller stands, also before a refusal. @throws Refusal 429 */
  async countRequest(principal: Principal, tell?: (headers: RateHeaders) => void): Promise<void> {
    if (principal.kind === 'anonymous') return;
    const { requestsPerMinute } = this.#policy;
    const asked = await consume(this.#requests, actorOf(principal), 1);
    tell?.(headersOf('requests', requestsPerMinute, asked));
    if (asked.consumedPoints > requestsPerMinute) throw tooMany(asked, `${requestsPerMinute} requests`);
  }

  /** Counts fields of mutations. `tell` hears how the caller stands before a refusal. @throws Refusal 429 */
  async countMutations(principal: Principal, fields: number, tell?: (headers: RateHeaders) => void): Promise<void> {
    if (principal.kind === 'anonymous' || fields === 0) return;
    const { mutationsPerMinute } = this.#policy;
    const changed = await consume(this.#mutations, actorOf(principal), fields);
    if (changed.consumedPoints <= mutationsPerMinute) return;
    tell?.(headersOf('mutations', mutationsPerMinute, changed));
    throw tooMany(changed, `${mutationsPerMinute} mutations, each alias counted`);
  }
}

/** The limiter rejects with its result when there are too few points left. */
const consume = (limiter: RateLimiterMemory, caller: string, points: number): Promise<RateLimiterRes> =>
  limiter.consume(caller, points).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  });

const secondsLeft = ({ msBeforeNext }: RateLimiterRes): number => Math.max(1, Math.ceil(msBeforeNext / 1_000));

const headersOf = (name: string, quota: number, result: RateLimiterRes): RateHeaders => ({
  'ratelimit-policy': `"${name}";q=${quota};w=${windowSeconds}`,
  ratelimit: `"${name}";r=${Math.max(0, result.remainingPoints)};t=${secondsLeft(result)}`,
});

const tooMany = (result: RateLimiterRes, limit: string): Refusal =>
  Refusal.tooMany(429, `At most ${limit} are answered in a minute. Try again later.`, secondsLeft(result));
