import { settingCatalogue } from './settingCatalogue.ts';
import { newSecret, providerKeyName } from './secrets.ts';

/** What others give us, or the development profile makes. */
const notOurs = [providerKeyName];

/** A new value for each secret that production needs and that is ours to make, by name. */
export async function makeProductionSecrets(): Promise<[string, string][]> {
  const wanted = (await settingCatalogue()).filter(({ name, secret, production }) => secret && production === 'required' && !notOurs.includes(name));
  return Promise.all(wanted.map(async ({ name }): Promise<[string, string]> => [name, await newSecret(name)]));
}
