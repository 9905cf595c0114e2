import type { JWK } from 'jose';
import { StartupError } from '#platform/config/startupError.ts';
import { newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { services } from '#schema/services.ts';
import { newSecret, providerKeyName, publicKeysName, signingKeyNameOf } from './secrets.ts';
import { settingCatalogue } from './settingCatalogue.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Secrets = Record<string, string>;

/** What others give us, or what follows from the rest. */
const notMadeUp = [providerKeyName, publicKeysName];

/** A new value for each secret that production needs and that is ours to make, by name. */
export async function makeProductionSecrets(): Promise<Secrets> {
  const wanted = (await settingCatalogue()).filter(
    ({ name, secret, production }) => secret && production === 'required' && !notMadeUp.includes(name),
  );
  const made = Object.fromEntries(
    await Promise.all(wanted.map(async ({ name }) => [name, await newSecret(name)] as const)),
  );
  return { ...made, ...publicKeysOf(made) };
}

/** The public keys of the signing keys that are there. @throws StartupError where one is not */
export function publicKeysOf(environment: Environment): Secrets {
  const sets = services.map((service) => {
    const key = environment[signingKeyNameOf(service)];
    if (!key) throw new StartupError(`${signingKeyNameOf(service)} is missing in the environment and in .env.`);
    return [service, [publicHalf(JSON.parse(key) as JWK)]] as const;
  });
  return { [publicKeysName]: JSON.stringify(Object.fromEntries(sets)) };
}

/** A new key for one service, and public keys among which its old one is good, too. */
export async function rotated(environment: Environment, service: string): Promise<Secrets> {
  if (!services.includes(service)) throw new StartupError(`there is no service ${service}: ${services.join(', ')}.`);
  const sets = JSON.parse(publicKeysOf(environment)[publicKeysName] ?? '{}') as Record<string, JWK[]>;
  const key = await newSigningKey();
  return {
    [publicKeysName]: JSON.stringify({ ...sets, [service]: [...(sets[service] ?? []), publicHalf(key)] }),
    [signingKeyNameOf(service)]: JSON.stringify(key),
  };
}
