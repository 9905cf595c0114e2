import type { Logger } from 'pino';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { RateStore } from '#gateway/access/rateStore.ts';
import { isTold, ratesPasswordName, secretsNamed, type SecretOptions } from './secrets.ts';
import type { Teardown } from './teardown.ts';

/** Where this process counts rates: the store that the settings name; undefined for its memory. */
export async function rateStoreOf(
  { RATES_REDIS_URL: url }: Pick<PlatformSettings, 'RATES_REDIS_URL'>,
  secrets: SecretOptions,
  { log, metrics, teardown }: { readonly log: Logger; readonly metrics: Metrics; readonly teardown: Teardown },
): Promise<RateStore | undefined> {
  if (url === undefined) return undefined;
  const { redisRates } = await import('#gateway/access/rateStore.ts');
  const password = isTold(ratesPasswordName, secrets)
    ? (await secretsNamed([ratesPasswordName], secrets))[ratesPasswordName]
    : undefined;
  const store = redisRates({ url, password, log, metrics });
  teardown.add('the store of rates', () => store.close());
  return store;
}
