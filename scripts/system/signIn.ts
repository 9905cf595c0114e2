import { z } from 'zod';
import { StartupError } from '#platform/config/startupError.ts';
import type { PlatformSettings } from '#platform/config/settings.ts';
import type { SignIn } from '#gateway/serve/pages.ts';
import { channels } from '#schema/channels.ts';
import { pageClientOf } from '#schema/identityClients.ts';
import { identityProviderOffset } from './ports.ts';

/** The setting with the client by which the pages of a channel let people sign in. */
export const signInNameOf = (channel: string) =>
  `${channel.toUpperCase().replaceAll('-', '_')}_SIGN_IN_CLIENT_ID` as const;

const clientId = (channel: string) =>
  z
    .string()
    .min(1)
    .optional()
    .describe(
      `client by which pages of the channel ${channel} let people sign in at CLIENT_ISSUER, by OpenID Connect (code with PKCE); without it they ask for a token`,
    );

/** What the setting of staff was called while staff alone had such pages. */
const formerName = 'SIGN_IN_CLIENT_ID';
const former = z
  .string()
  .min(1)
  .optional()
  .describe(`former name of ${signInNameOf('staff')}, which holds where both are set; goes with the next release`);

/** The settings of those channels with these names whose pages let people sign in; by default of all. */
export const signInSettings = (names: readonly string[] = channels.map(({ name }) => name)) =>
  z.object(
    Object.fromEntries([
      ...names.filter(pageClientOf).map((name) => [signInNameOf(name), clientId(name)] as const),
      ...(names.includes('staff') ? [[formerName, former] as const] : []),
    ]),
  );

/** `iss` of the sandbox's identity provider, in a system in one process. */
export const sandboxIssuerOf = (base: number): string => `http://localhost:${base + identityProviderOffset}`;

/** What signing in depends on, beside the settings of the platform and those of `signInSettings`. */
export type SignInSettings = {
  readonly CLIENT_ISSUER?: string;
  readonly SIGN_IN_CLIENT_ID?: string;
  readonly [name: `${string}_SIGN_IN_CLIENT_ID`]: string | undefined;
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
  const { CLIENT_ISSUER: issuer, PROFILE } = settings;
  const name = signInNameOf(channel);
  const clientId = settings[name] ?? (channel === 'staff' ? settings[formerName] : undefined);
  if (clientId === undefined) return undefined;
  const scheme = /^(https?):\/\//.exec(issuer ?? '')?.[1];
  if (issuer === undefined || scheme === undefined || (scheme === 'http' && PROFILE === 'production'))
    throw new StartupError(
      `${name} lets people sign in at CLIENT_ISSUER: set that to the https:// address of an OpenID provider, or leave ${name} out.`,
    );
  return { issuer, clientId };
}
