import type { Environment } from '#platform/config/withSettingsFile.ts';
import { keyProviderOf } from '#platform/keys/awsKms.ts';
import { isSealed, opened } from '#platform/keys/keyProvider.ts';
import { readEnvironment } from './readEnvironment.ts';

/** As `readEnvironment`, with the secrets opened that a key service has sealed. */
export async function openEnvironment(): Promise<Environment> {
  const environment = await readEnvironment();
  const entries = Object.entries(environment).map(async ([name, value]) => [
    name,
    value && isSealed(value) ? await opened(name, value, keyProviderOf(environment)) : value,
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Environment;
}
