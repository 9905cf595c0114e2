import type { JWK } from 'jose';
import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import { isSecret, loadSecrets, randomSecret, type SecretMaker } from '#platform/config/secrets.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { developmentAudience, developmentIssuer, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity, type IdentityOptions } from '#platform/identity/identity.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { ServeContext } from './serveContext.ts';

const makeSigningKey: SecretMaker = async () => JSON.stringify(await newSigningKey());

/** Signs what the edge and the services say to each other. */
export const internalKeyName = 'INTERNAL_SIGNING_KEY';
/** Signs clients' tokens in the development profile, which stands in for the chain's identity provider. */
export const clientKeyName = 'CLIENT_SIGNING_KEY';

/** Sign the cursors of streams, so that any replica goes on where another one ended. Several, separated by commas: the first signs, all are believed. */
export const cursorKeysName = 'STREAM_CURSOR_KEYS';

export async function cursorKeysOf(options: SecretOptions): Promise<string[]> {
  const secrets = await secretsNamed([cursorKeysName], options);
  return (secrets[cursorKeysName] ?? '').split(',').filter((key) => key !== '');
}

/** What the payment provider asks of its merchant; the payments subgraph declares it. */
export const providerKeyName = 'PAYMENT_PROVIDER_API_KEY';

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
export const secretOptionsOf = (settings: SecretOptions['settings'], { sources, tell }: ServeContext): SecretOptions => ({
  settings, environment: sources.environment, onMade: (names) => tell(`made development secrets in ${settings.DATA_DIR}/secrets: ${names.join(', ')}`),
});

/** A new secret for production. */
export const newSecret = (name: string): string | Promise<string> => (name === internalKeyName ? makeSigningKey : randomSecret)();

/** The secrets of these names, made in development when they are missing. */
export function secretsNamed(names: readonly string[], { settings, environment, onMade }: SecretOptions): Promise<Record<string, string>> {
  const makers: Record<string, SecretMaker> = {
    [internalKeyName]: makeSigningKey, [clientKeyName]: makeSigningKey,
    // As docker-compose.yml has it while developing: the server itself must know it.
    POSTGRES_PASSWORD: () => 'postgres',
  };
  return loadSecrets(Object.fromEntries(names.map((name) => [name, makers[name]])), {
    profile: settings.PROFILE, environment, onMade, dataDir: settings.DATA_DIR,
  });
}

/** The secrets among the keys that definitions declare: those without a value of their own. */
export const secretKeysOf = (schemas: readonly (z.ZodObject | undefined)[]): string[] =>
  [...new Set(schemas.flatMap((schema) => Object.keys(schema?.shape ?? {})).filter(isSecret))];

/** Who is believed: our own internal key, and the issuer of clients' tokens. */
export async function identityOf(settings: IdentitySettings, options: SecretOptions): Promise<Identity> {
  const [{ [internalKeyName]: internalKey = '' }, client] = await Promise.all([secretsNamed([internalKeyName], options), clientIssuerOf(settings, options)]);
  return createIdentity({
    internalKey: JSON.parse(internalKey) as JWK, client,
    scopesOf: (role) => (role in roleScopes ? roleScopes[role as keyof typeof roleScopes] : []),
  });
}

/** Of a service that no client reaches. */
export async function serviceIdentityOf(options: SecretOptions): Promise<Identity> {
  const { [internalKeyName]: internalKey = '' } = await secretsNamed([internalKeyName], options);
  return createIdentity({ internalKey: JSON.parse(internalKey) as JWK, scopesOf: () => [] });
}

/** Production is told its identity provider, and believes nobody else; the development profile is its own. @throws StartupError */
async function clientIssuerOf(settings: IdentitySettings, options: SecretOptions): Promise<IdentityOptions['client']> {
  const { CLIENT_ISSUER: issuer, CLIENT_AUDIENCE: audience, CLIENT_JWKS_URL: keys } = settings;
  if (settings.PROFILE !== 'development') {
    const missing = Object.keys(clientIssuerSettings.shape).filter((name) => settings[name as keyof IdentitySettings] === undefined);
    if (missing.length > 0) throw new StartupError(`Missing in the ${settings.PROFILE} profile: ${missing.join(', ')}. They say which identity provider issues clients’ tokens.`);
  }
  const own = async () => {
    const { [clientKeyName]: key = '' } = await secretsNamed([clientKeyName], options);
    return { keys: [publicHalf(JSON.parse(key) as JWK)] };
  };
  return { issuer: issuer ?? developmentIssuer, audience: audience ?? developmentAudience, keys: keys === undefined ? await own() : new URL(keys) };
}
