import type { JWK } from 'jose';
import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { isSecret, loadSecrets, randomSecret, type SecretMaker } from '#platform/config/secrets.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import {
  developmentAudience,
  developmentIssuer,
  newSigningKey,
  publicHalf,
} from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity, type IdentityOptions } from '#platform/identity/identity.ts';
import type { ServiceKeys } from '#platform/identity/serviceKeys.ts';
import { roleScopes } from '#schema/scopes.ts';
import { edgeServices, services } from '#schema/services.ts';
import type { ServeContext } from './serveContext.ts';

const makeSigningKey: SecretMaker = async () => JSON.stringify(await newSigningKey());

/** Each service signs with its own what it says to the others. */
export const signingKeyNameOf = (service: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_SIGNING_KEY`;

/**
 * Public keys of all services by name, as JSON. No secret, but whoever can change it can speak as anybody: so it is
 * handed over like one.
 */
export const publicKeysName = 'SERVICE_JWKS';
/** Signs clients' tokens in the development profile, which stands in for the chain's identity provider. */
export const clientKeyName = 'CLIENT_SIGNING_KEY';

/**
 * Sign the cursors of streams, so that any replica goes on where another one ended. Several, separated by commas: the
 * first signs, all are believed.
 */
export const cursorKeysName = 'STREAM_CURSOR_KEYS';

export async function cursorKeysOf(options: SecretOptions): Promise<string[]> {
  const secrets = await secretsNamed([cursorKeysName], options);
  return (secrets[cursorKeysName] ?? '').split(',').filter((key) => key !== '');
}

/** What the payment provider asks of its merchant; the payments subgraph declares it. */
export const providerKeyName = 'PAYMENT_PROVIDER_API_KEY';

/** Of KAFKA_USERNAME. */
export const kafkaPasswordName = 'KAFKA_PASSWORD';

/** Keys that say who issues clients' tokens. Production must name its identity provider; development is its own. */
export const clientIssuerSettings = z.object({
  CLIENT_ISSUER: z.string().min(1).optional().describe('issuer (`iss`) of clients’ tokens: the identity provider'),
  CLIENT_AUDIENCE: z.string().min(1).optional().describe('audience (`aud`) of clients’ tokens'),
  CLIENT_JWKS_URL: z.url().optional().describe('address of the issuer’s public keys, a JWK set'),
});

export type IdentitySettings = PlatformSettings & z.output<typeof clientIssuerSettings>;

export interface SecretOptions {
  readonly settings: Pick<PlatformSettings, 'PROFILE' | 'DATA_DIR'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onMade: (names: readonly string[]) => void;
}

/** As a service that runs alone is handed them. */
export const secretOptionsOf = (
  settings: SecretOptions['settings'],
  { sources, tell }: ServeContext,
): SecretOptions => ({
  settings,
  environment: sources.environment,
  onMade: (names) => tell(`made development secrets in ${settings.DATA_DIR}/secrets: ${names.join(', ')}`),
});

const isSigningKey = (name: string): boolean => name.endsWith('_SIGNING_KEY');

/** A new secret for production. */
export const newSecret = (name: string): string | Promise<string> =>
  (isSigningKey(name) ? makeSigningKey : randomSecret)();

/** The secrets of these names, made in development when they are missing. */
export function secretsNamed(
  names: readonly string[],
  { settings, environment, onMade }: SecretOptions,
): Promise<Record<string, string>> {
  // The server of PostgreSQL must know its own, too: as docker-compose.yml has it while developing.
  const makerOf = (name: string): SecretMaker =>
    name === 'POSTGRES_PASSWORD' ? () => 'postgres' : () => newSecret(name);
  return loadSecrets(Object.fromEntries(names.map((name) => [name, makerOf(name)])), {
    profile: settings.PROFILE,
    environment,
    onMade,
    dataDir: settings.DATA_DIR,
  });
}

/** The secrets among the keys that definitions declare: those without a value of their own. */
export const secretKeysOf = (schemas: readonly (z.ZodObject | undefined)[]): string[] => [
  ...new Set(schemas.flatMap((schema) => Object.keys(schema?.shape ?? {})).filter(isSecret)),
];

/** Of a service that lets clients in: `services` are those of this process, the first of which speaks of users. */
export async function identityOf(
  settings: IdentitySettings,
  options: SecretOptions,
  services: readonly string[],
): Promise<Identity> {
  const [internalKey, client] = await Promise.all([
    serviceKeysOf(options, services),
    clientIssuerOf(settings, options),
  ]);
  return createIdentity({ internalKey, client, scopesOf });
}

/** Of a service that no client reaches. */
export const serviceIdentityOf = async (options: SecretOptions, service: string): Promise<Identity> =>
  createIdentity({ internalKey: await serviceKeysOf(options, [service]), scopesOf: () => [] });

/** Of everything in one process, which speaks to itself: its key ends with it. */
export const ownIdentityOf = async (settings: IdentitySettings, options: SecretOptions): Promise<Identity> =>
  createIdentity({ internalKey: await newSigningKey(), client: await clientIssuerOf(settings, options), scopesOf });

const scopesOf = (role: string): readonly string[] =>
  role in roleScopes ? roleScopes[role as keyof typeof roleScopes] : [];

/** The keys of these services, and the public ones of all: told, or in development those of the keys that all share. */
async function serviceKeysOf(options: SecretOptions, [self = '', ...others]: readonly string[]): Promise<ServiceKeys> {
  const publicNames =
    options.settings.PROFILE === 'development' && !isTold(publicKeysName, options) ? [] : [publicKeysName];
  const named = [self, ...others];
  const wanted = publicNames.length > 0 ? named : services;
  const secrets = await secretsNamed([...wanted.map(signingKeyNameOf), ...publicNames], options);
  const keyOf = (service: string): JWK => parsed(signingKeyNameOf(service), secrets) as JWK;
  return {
    self,
    edges: edgeServices,
    privateKeys: Object.fromEntries(named.map((service) => [service, keyOf(service)])),
    publicKeys:
      publicNames.length > 0
        ? (publicKeySets.parse(parsed(publicKeysName, secrets)) as Record<string, JWK[]>)
        : Object.fromEntries(services.map((service) => [service, [publicHalf(keyOf(service))]])),
  };
}

const publicKeySets = z.record(
  z.string(),
  z.array(
    z.looseObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      d: z.undefined().optional(),
    }),
  ),
);

export const isTold = (name: string, { environment }: SecretOptions): boolean =>
  Boolean(environment[name] ?? environment[`${name}_FILE`]);

/** @throws StartupError that does not tell the value */
function parsed(name: string, values: Readonly<Record<string, string>>): unknown {
  try {
    return JSON.parse(values[name] ?? '');
  } catch {
    throw new StartupError(`${name} is wrong: it is no JSON; "keys:make" makes one that is right.`);
  }
}

/**
 * Production is told its identity provider, and believes nobody else; the development profile is its own. @throws
 * StartupError
 */
async function clientIssuerOf(settings: IdentitySettings, options: SecretOptions): Promise<IdentityOptions['client']> {
  const { CLIENT_ISSUER: issuer, CLIENT_AUDIENCE: audience, CLIENT_JWKS_URL: keys } = settings;
  if (settings.PROFILE !== 'development') {
    const missing = Object.keys(clientIssuerSettings.shape).filter(
      (name) => settings[name as keyof IdentitySettings] === undefined,
    );
    if (missing.length > 0)
      throw new StartupError(
        `Missing in the ${settings.PROFILE} profile: ${missing.join(', ')}. They say which identity provider issues clients’ tokens.`,
      );
  }
  const own = async () => {
    const { [clientKeyName]: key = '' } = await secretsNamed([clientKeyName], options);
    return { keys: [publicHalf(JSON.parse(key) as JWK)] };
  };
  return {
    issuer: issuer ?? developmentIssuer,
    audience: audience ?? developmentAudience,
    keys: keys === undefined ? await own() : new URL(keys),
  };
}
