import type { JWK } from 'jose';
import { StartupError } from '#platform/config/startupError.ts';
import { newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { services } from '#schema/services.ts';
import { newSecret, providerKeyName, publicKeysName, signingKeyNameOf, smtpPasswordName } from './secrets.ts';
import { settingCatalogue } from './settingCatalogue.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Secrets = Record<string, string>;

/** Secrets that are not made here: payment provider and mail server issue theirs; one follows from the signing keys. */
const notMadeUp = [providerKeyName, smtpPasswordName, publicKeysName];

/**
 * Makes a new value for each secret that production needs, that we make ourselves, and that the environment lacks, by
 * name. Secrets that are in use keep their values: data that was sealed by one could not be read with another.
 */
export async function makeProductionSecrets(environment: Environment = {}): Promise<Secrets> {
  const wanted = (await settingCatalogue()).filter(
    ({ name, secret, production }) =>
      secret && production === 'required' && !notMadeUp.includes(name) && !environment[name],
  );
  const made = Object.fromEntries(
    await Promise.all(wanted.map(async ({ name }) => [name, await newSecret(name)] as const)),
  );
  const present = environment[publicKeysName];
  if (!present) return { ...made, ...publicKeysOf({ ...environment, ...made }) };
  // During a rotation the present public keys have old ones among them, which are to be kept.
  const joining = services
    .filter((service) => made[signingKeyNameOf(service)])
    .map((each) => publicKeysOfOne(made, each));
  if (joining.length === 0) return made;
  const sets = { ...(JSON.parse(present) as object), ...Object.fromEntries(joining) };
  return { ...made, [publicKeysName]: JSON.stringify(sets) };
}

/**
 * The public keys of the services' signing keys in the environment.
 * @throws StartupError when a signing key is missing
 */
export function publicKeysOf(environment: Environment): Secrets {
  const sets = services.map((service) => publicKeysOfOne(environment, service));
  return { [publicKeysName]: JSON.stringify(Object.fromEntries(sets)) };
}

function publicKeysOfOne(environment: Environment, service: string): readonly [string, readonly JWK[]] {
  const key = environment[signingKeyNameOf(service)];
  if (!key) throw new StartupError(`${signingKeyNameOf(service)} is missing in the environment and in .env.`);
  return [service, [publicHalf(JSON.parse(key) as JWK)]];
}

/** Makes a new signing key for one service, and a set of public keys that still contains the service's old one. */
export async function rotated(environment: Environment, service: string): Promise<Secrets> {
  if (!services.includes(service)) throw new StartupError(`there is no service ${service}: ${services.join(', ')}.`);
  const sets = JSON.parse(publicKeysOf(environment)[publicKeysName] ?? '{}') as Record<string, JWK[]>;
  const key = await newSigningKey();
  return {
    [publicKeysName]: JSON.stringify({ ...sets, [service]: [...(sets[service] ?? []), publicHalf(key)] }),
    [signingKeyNameOf(service)]: JSON.stringify(key),
  };
}
