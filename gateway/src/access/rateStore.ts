import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Metrics } from '#platform/telemetry/metrics.ts';

/** So many points in so many seconds, from the first one on. */
export interface RateLimit {
  readonly points: number;
  readonly duration: number;
}

/** Counts what each caller used up. Never rejects because a store is away. */
export interface RateCounter {
  count(caller: string, points: number): Promise<RateLimiterRes>;
}

/** Where rates are counted. Counters of one name are one counter, for all who share the store. */
export interface RateStore {
  counter(name: string, limit: RateLimit): RateCounter;
}

export interface SharedRateStore extends RateStore {
  close(): void;
}

/** The limiter rejects with its result when there are too few points left. */
const consume = (limiter: RateLimiterAbstract, caller: string, points: number): Promise<RateLimiterRes> =>
  limiter.consume(caller, points).catch((error: unknown) => {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  });

const inMemory = (limit: RateLimit): RateCounter => {
  const limiter = new RateLimiterMemory(limit);
  return { count: (caller, points) => consume(limiter, caller, points) };
};

/** Counts in this process alone: of two replicas each gives a caller the whole limit. */
export const memoryRates: RateStore = { counter: (_name, limit) => inMemory(limit) };

export interface RedisRatesOptions {
  readonly url: string;
  readonly password?: string | undefined;
  readonly log: Logger;
  readonly metrics?: Metrics | undefined;
  /** The longest that a request waits for the store; default 250. */
  readonly answerWithinMs?: number;
}

/** So long nobody asks a store that did not answer, so that one which hangs slows down a request a second. */
const leftAloneMs = 1_000;

/**
 * Counts in Valkey or Redis, so that all replicas share one limit. While the store is away each process counts in its
 * memory: a caller may then have the limit once for each replica, which is better than no limit, and than a closed
 * door. It is logged when that begins and ends, and counted.
 */
export function redisRates({ url, password, log, metrics, answerWithinMs = 250 }: RedisRatesOptions): SharedRateStore {
  const redis = new Redis(url, {
    password,
    connectTimeout: 2_000,
    commandTimeout: answerWithinMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (tries) => Math.min(100 * tries, 2_000),
    // The store has become the copy of another one, to which its address leads by now. It would keep this connection.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
  });
  let away = false;
  let askAgainAt = 0;
  // Without a listener an error of the connection would end the process. Requests tell of it.
  redis.on('error', () => undefined);
  metrics?.begin('ratesCountedAlone', {});

  const failed = (error: unknown): void => {
    askAgainAt = performance.now() + leftAloneMs;
    if (!away) log.warn({ reason: String(error) }, 'the store of rates does not answer; each process counts by itself');
    away = true;
  };
  const answered = (): void => {
    if (away) log.info('the store of rates answers again');
    away = false;
  };

  return {
    counter(name, limit) {
      const shared = new RateLimiterRedis({
        ...limit,
        storeClient: redis,
        keyPrefix: `rates:${name}`,
        rejectIfRedisNotReady: true,
      });
      const alone = inMemory(limit);
      return {
        async count(caller, points) {
          if (performance.now() >= askAgainAt) {
            try {
              const result = await consume(shared, caller, points);
              answered();
              return result;
            } catch (error) {
              failed(error);
            }
          }
          metrics?.count('ratesCountedAlone', {});
          return alone.count(caller, points);
        },
      };
    },
    close: () => redis.disconnect(),
  };
}
