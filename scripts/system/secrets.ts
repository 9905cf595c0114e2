import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { isSecret, loadSecrets, randomSecret, type SecretMaker } from '#platform/config/secrets.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import {
  developmentAudience,
  developmentIssuer,
  newSigningKey,
  publicHalf,
  publishedKey,
} from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity, type IdentityOptions } from '#platform/identity/identity.ts';
import type { ServiceKeys } from '#platform/identity/serviceKeys.ts';
import { isNamedById, scopesOfRole } from '#schema/scopes.ts';
import { supportActing } from '#schema/support.ts';
import { services } from '#schema/services.ts';
import { edgesOf } from './edgesOf.ts';
import { sandboxIssuerOf } from './signIn.ts';
import type { ServeContext } from './serveContext.ts';

const makeSigningKey: SecretMaker = async () => JSON.stringify(await newSigningKey());

/** The name of the secret with which a service signs its tokens for other services. */
export const signingKeyNameOf = (service: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_SIGNING_KEY`;

/**
 * The public keys of all services by name, as JSON. They are not secret, but whoever can change them can act as any
 * service, so they are passed like a secret.
 */
export const publicKeysName = 'SERVICE_JWKS';
/** The key that signs clients' tokens in the development profile, in the place of the chain's identity provider. */
export const clientKeyName = 'CLIENT_SIGNING_KEY';

/**
 * Keys that sign the cursors of streams, so that any replica can resume a stream of another. Several are separated by
 * commas: the first one signs, and cursors of all are accepted.
 */
export const cursorKeysName = 'STREAM_CURSOR_KEYS';

export async function cursorKeysOf(options: SecretOptions): Promise<string[]> {
  const secrets = await secretsNamed([cursorKeysName], options);
  return (secrets[cursorKeysName] ?? '').split(',').filter((key) => key !== '');
}

/** The API key for the payment provider. The payments subgraph declares it. */
export const providerKeyName = 'PAYMENT_PROVIDER_API_KEY';

/** The secrets between the chain and the payment provider Kassa; the first of the keys signs in the sandbox. */
export const kassaSecretNames = { own: 'PAYMENT_KASSA_API_KEY', webhooks: 'WEBHOOK_KASSA_KEYS' } as const;

/** Keys by which webhooks of the payment provider are checked; the first one signs those of the sandbox. */
export const providerWebhookKeysName = 'WEBHOOK_PAYMENTS_KEYS';

/**
 * The secrets between the chain and each delivery partner: by which the partner knows us, and by which its webhooks are
 * checked. The delivery subgraph and the door for webhooks declare them.
 */
export const deliveryPartnerSecretNames = {
  velo: { own: 'DELIVERY_VELO_API_KEY', webhooks: 'WEBHOOK_VELO_KEYS' },
  stadtbote: { own: 'DELIVERY_STADTBOTE_PASSWORD', webhooks: 'WEBHOOK_STADTBOTE_KEYS' },
} as const;

/**
 * The secrets between the chain and the loyalty partner: by which it knows us, and by which its webhooks are checked.
 * The loyalty subgraph and the door for webhooks declare them.
 */
export const loyaltyPartnerSecretNames = { own: 'LOYALTY_PARTNER_API_KEY', webhooks: 'WEBHOOK_LOYALTY_KEYS' } as const;

/**
 * The secrets between the chain and the supplier: by which it knows us, and by which its webhooks are checked. The
 * inventory subgraph and the door for webhooks declare them.
 */
export const supplierSecretNames = { own: 'SUPPLIER_API_KEY', webhooks: 'WEBHOOK_SUPPLIER_KEYS' } as const;

/** The password for the mail server. The notifications subgraph declares it. */
export const smtpPasswordName = 'SMTP_PASSWORD';

/** The API key for the gateway of text messages and notifications. The notifications subgraph declares it. */
export const textingKeyName = 'TEXTING_API_KEY';

/** The password of KAFKA_USERNAME. */
export const kafkaPasswordName = 'KAFKA_PASSWORD';

/** The password of RATES_REDIS_URL. */
export const ratesPasswordName = 'RATES_REDIS_PASSWORD';

/** The header by which a CDN knows us. */
export const cdnPurgeHeaderName = 'CDN_PURGE_HEADER';

/** Settings for the issuer of clients' tokens. Production needs them; development issues its own tokens. */
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

/** The options for a service that runs in a process of its own. */
export const secretOptionsOf = (
  settings: SecretOptions['settings'],
  { sources, tell }: ServeContext,
): SecretOptions => ({
  settings,
  environment: sources.environment,
  onMade: (names) => tell(`made development secrets in ${settings.DATA_DIR}/secrets: ${names.join(', ')}`),
});

const isSigningKey = (name: string): boolean => name.endsWith('_SIGNING_KEY');

/** Makes a new secret for production. */
export const newSecret = (name: string): string | Promise<string> =>
  (isSigningKey(name) ? makeSigningKey : randomSecret)();

/** The secrets of these names. In development, missing ones are made. */
export function secretsNamed(
  names: readonly string[],
  { settings, environment, onMade }: SecretOptions,
): Promise<Record<string, string>> {
  // This password must be the one that the PostgreSQL server of docker-compose.yml has in development.
  const makerOf = (name: string): SecretMaker =>
    name === 'POSTGRES_PASSWORD' ? () => 'postgres' : () => newSecret(name);
  return loadSecrets(Object.fromEntries(names.map((name) => [name, makerOf(name)])), {
    profile: settings.PROFILE,
    environment,
    onMade,
    dataDir: settings.DATA_DIR,
  });
}

/** Whether production does without the secret: it belongs to something that not everybody has. */
export const isOptional = (declared: z.ZodType): boolean => declared.safeParse(undefined).success;

/**
 * The secrets among the settings that subgraphs declare, and those named besides. In development all have a value;
 * production may lack those that are optional.
 */
export function secretsOf(
  schemas: readonly (z.ZodObject | undefined)[],
  options: SecretOptions,
  besides: readonly string[] = [],
): Promise<Record<string, string>> {
  const declared = schemas.flatMap((schema) => Object.entries(schema?.shape ?? {}));
  const wanted = declared.filter(
    ([name, field]) =>
      isSecret(name) &&
      (options.settings.PROFILE === 'development' || !isOptional(field as z.ZodType) || isTold(name, options)),
  );
  return secretsNamed([...new Set([...besides, ...wanted.map(([name]) => name)])], options);
}

/**
 * The identity of a process that clients connect to. `services` are the services in this process; tokens about users
 * are signed by the first.
 */
export async function identityOf(
  settings: IdentitySettings,
  options: SecretOptions,
  services: readonly string[],
  log: Logger,
): Promise<Identity> {
  const [internalKey, client] = await Promise.all([
    serviceKeysOf(options, services),
    clientIssuerOf(settings, options, log),
  ]);
  return createIdentity({ internalKey, client, scopesOf: scopesOfRole, isNamedById, acting: supportActing });
}

/** The identity of a service that clients do not connect to. */
export const serviceIdentityOf = async (
  options: SecretOptions,
  service: string,
  clock = () => new Date(),
): Promise<Identity> =>
  createIdentity({ internalKey: await serviceKeysOf(options, [service]), scopesOf: scopesOfRole, clock });

/** The identity of a whole system in one process. Its internal key is made at the start and never stored. */
export const ownIdentityOf = async (
  settings: IdentitySettings,
  options: SecretOptions,
  log: Logger,
): Promise<Identity> =>
  createIdentity({
    internalKey: await newSigningKey(),
    client: await clientIssuerOf(settings, options, log),
    scopesOf: scopesOfRole,
    isNamedById,
    acting: supportActing,
  });

/**
 * The private keys of these services, and the public ones of all: from the settings, or in development those of the key
 * that all services share.
 */
async function serviceKeysOf(options: SecretOptions, [self = '', ...others]: readonly string[]): Promise<ServiceKeys> {
  const publicNames =
    options.settings.PROFILE === 'development' && !isTold(publicKeysName, options) ? [] : [publicKeysName];
  const named = [self, ...others];
  const wanted = publicNames.length > 0 ? named : services;
  const secrets = await secretsNamed([...wanted.map(signingKeyNameOf), ...publicNames], options);
  const keyOf = (service: string): JWK => parsed(signingKeyNameOf(service), secrets) as JWK;
  return {
    self,
    edges: await edgesOf(options.settings.PROFILE),
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

/** @throws StartupError that does not contain the value */
function parsed(name: string, values: Readonly<Record<string, string>>): unknown {
  try {
    return JSON.parse(values[name] ?? '');
  } catch {
    throw new StartupError(`${name} is not JSON: make a right value with "keys:make".`);
  }
}

/**
 * The issuer of clients' tokens: in production the identity provider that the settings name. In development it is the
 * sandbox's, and tools such as `token:for` sign with its key under an issuer of their own, so that they need to know no
 * address.
 * @throws StartupError when production lacks a setting for it
 */
async function clientIssuerOf(
  settings: IdentitySettings,
  options: SecretOptions,
  log: Logger,
): Promise<IdentityOptions['client']> {
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
  const own = async () => ({ keys: [await publishedKey(await clientKeyOf(options))] });
  return {
    issuer: issuer ?? [sandboxIssuerOf(settings.PORT_BASE), developmentIssuer],
    audience: audience ?? developmentAudience,
    keys: keys === undefined ? await own() : new URL(keys),
    kept: { onFailure: (reason) => tellOfKeys(reason, log) },
  };
}

/** The key of the sandbox's identity provider, which tools of the development profile sign with, too. */
export async function clientKeyOf(options: SecretOptions): Promise<JWK> {
  const secrets = await secretsNamed([clientKeyName], options);
  return parsed(clientKeyName, secrets) as JWK;
}

/** Those who have a key go on for hours; by the time that they do not, somebody should have seen to it. */
const tellOfKeys = (reason: string | undefined, log: Logger): void =>
  reason === undefined
    ? log.info('the identity provider’s keys can be had again')
    : log.warn({ reason }, 'the identity provider’s keys cannot be had; those of before are used for 12 h at most');
