import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { SignIn } from '#gateway/serve/pages.ts';
import { pageClientOf } from '#schema/identityClients.ts';
import { identityProviderOffset } from './ports.ts';

/** Settings of a channel whose pages let people sign in. */
export const signInSettings = z.object({
  SIGN_IN_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe(
      'client by which pages let people sign in at CLIENT_ISSUER, by OpenID Connect (code with PKCE); without it they ask for a token',
    ),
});

/** `iss` of the sandbox's identity provider, in a system in one process. */
export const sandboxIssuerOf = (base: number): string => `http://localhost:${base + identityProviderOffset}`;

/** What signing in depends on, beside the settings of the platform. */
export type SignInSettings = {
  readonly CLIENT_ISSUER?: string;
  readonly SIGN_IN_CLIENT_ID?: string;
};

type Settings = Pick<PlatformSettings, 'PROFILE' | 'PORT_BASE'> & SignInSettings;

/**
 * Whether the sandbox's identity provider runs in this process: in development, where no other one is named.
 */
export const hasSandboxIssuer = ({ PROFILE, CLIENT_ISSUER }: Omit<Settings, 'PORT_BASE'>): boolean =>
  PROFILE === 'development' && CLIENT_ISSUER === undefined;

/**
 * Where the pages of a channel let people sign in; undefined if they ask for a token. `own`: whether the sandbox's
 * provider may be used, because it runs in this process.
 * @throws StartupError for a provider that browsers must not be sent to
 */
export function signInOf(channel: string, settings: Settings, own: boolean): SignIn | undefined {
  const usual = pageClientOf(channel);
  if (usual === undefined) return undefined;
  if (own && hasSandboxIssuer(settings)) return { issuer: sandboxIssuerOf(settings.PORT_BASE), clientId: usual };
  const { CLIENT_ISSUER: issuer, SIGN_IN_CLIENT_ID: clientId, PROFILE } = settings;
  if (clientId === undefined) return undefined;
  const scheme = /^(https?):\/\//.exec(issuer ?? '')?.[1];
  if (issuer === undefined || scheme === undefined || (scheme === 'http' && PROFILE === 'production'))
    throw new StartupError(
      'SIGN_IN_CLIENT_ID lets people sign in at CLIENT_ISSUER: set that to the https:// address of an OpenID provider, or leave SIGN_IN_CLIENT_ID out.',
    );
  return { issuer, clientId };
}
