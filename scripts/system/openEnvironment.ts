import { givenSecret } from '#platform/config/secrets.ts';
import type { Environment } from '#platform/config/withSettingsFile.ts';
import { keyProviderOf } from '#platform/keys/awsKms.ts';
import { isSealed, opened } from '#platform/keys/keyProvider.ts';
import { readEnvironment } from './readEnvironment.ts';
import { settingCatalogue } from './settingCatalogue.ts';

/** As `readEnvironment`, with the secrets that stand in files of their own, and those opened that are sealed. */
export async function openEnvironment(...sources: Parameters<typeof readEnvironment>): Promise<Environment> {
  const environment = await readEnvironment(...sources);
  const secrets = (await settingCatalogue()).filter(({ secret }) => secret);
  const entries = secrets.map(async ({ name }) => {
    const value = givenSecret(name, environment);
    return [name, value && isSealed(value) ? await opened(name, value, keyProviderOf(environment)) : value] as const;
  });
  return { ...environment, ...Object.fromEntries(await Promise.all(entries)) };
}
