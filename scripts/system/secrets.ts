import { z } from 'zod';
import { isSecret, loadSecrets, type SecretMaker } from '#platform/config/secrets.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import { developmentAudience, developmentIssuer, newSigningKey, publicHalf } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { roleScopes } from '#schema/scopes.ts';
import type { ServeContext } from './serveContext.ts';

const makeSigningKey: SecretMaker = async () => JSON.stringify(await newSigningKey());

/** Signs what the edge and the services say to each other. */
export const internalKeyName = 'INTERNAL_SIGNING_KEY';
/** Signs clients' tokens in the development profile, which stands in for the chain's identity provider. */
export const clientKeyName = 'CLIENT_SIGNING_KEY';

/** Sign the cursors of streams, so that any replica goes on where another one ended. Several, separated by commas: the first signs, all are believed. */
const cursorKeysName = 'STREAM_CURSOR_KEYS';

export async function cursorKeysOf(options: SecretOptions): Promise<string[]> {
  const secrets = await secretsNamed([cursorKeysName], options);
  return (secrets[cursorKeysName] ?? '').split(',').filter((key) => key !== '');
}

/** What the payment provider asks of its merchant; the payments subgraph declares it. */
export const providerKeyName = 'PAYMENT_PROVIDER_API_KEY';

/** Keys that say who issues clients' tokens. Production must name its identity provider; development is its own. */
export const clientIssuerSettings = z.object({
  CLIENT_ISSUER: z.string().min(1).default(developmentIssuer).describe('issuer (`iss`) of clients’ tokens'),
  CLIENT_AUDIENCE: z.string().min(1).default(developmentAudience).describe('audience (`aud`) of clients’ tokens'),
  CLIENT_JWKS_URL: z.url().optional().describe('address of the issuer’s public keys; required in production'),
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

/** The secrets of these names, made in development when they are missing. */
export function secretsNamed(names: readonly string[], { settings, environment, onMade }: SecretOptions): Promise<Record<string, string>> {
  const makers: Record<string, SecretMaker> = { [internalKeyName]: makeSigningKey, [clientKeyName]: makeSigningKey };
  return loadSecrets(Object.fromEntries(names.map((name) => [name, makers[name]])), {
    profile: settings.PROFILE, environment, onMade, dataDir: settings.DATA_DIR,
  });
}

/** The secrets among the keys that definitions declare: those without a value of their own. */
export const secretKeysOf = (schemas: readonly (z.ZodObject | undefined)[]): string[] =>
  [...new Set(schemas.flatMap((schema) => Object.keys(schema?.shape ?? {})).filter(isSecret))];

/** Who is believed: our own internal key, and the issuer of clients' tokens. */
export async function identityOf(settings: IdentitySettings, options: SecretOptions): Promise<Identity> {
  const ownIssuer = settings.CLIENT_JWKS_URL === undefined;
  // Without an issuer's address the development key is wanted, which no other profile makes up.
  const secrets = await secretsNamed(ownIssuer ? [internalKeyName, clientKeyName] : [internalKeyName], options);
  const parse = (name: string): Parameters<typeof publicHalf>[0] => JSON.parse(secrets[name] ?? '{}') as Parameters<typeof publicHalf>[0];
  return createIdentity({
    internalKey: parse(internalKeyName),
    client: {
      issuer: settings.CLIENT_ISSUER,
      audience: settings.CLIENT_AUDIENCE,
      keys: settings.CLIENT_JWKS_URL ? new URL(settings.CLIENT_JWKS_URL) : { keys: [publicHalf(parse(clientKeyName))] },
    },
    scopesOf: (role) => (role in roleScopes ? roleScopes[role as keyof typeof roleScopes] : []),
  });
}
