import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';

/** Variables that are for tests and development: in production they are set by mistake. */
const forDevelopment = ['FAIL_POINT', 'CLIENT_SIGNING_KEY', 'CLIENT_SIGNING_KEY_FILE'];

const loopback = /^https?:\/\/(?:localhost|127\.|\[::1\])/i;

type CheckedSettings = Pick<PlatformSettings, 'PROFILE' | 'SIMULATION'> & { readonly CLIENT_ISSUER?: string };

/**
 * Makes production refuse to start with settings that are for development.
 * @throws StartupError that names the setting
 */
export function checkProfile(
  { PROFILE, SIMULATION, CLIENT_ISSUER }: CheckedSettings,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (PROFILE !== 'production') return;
  const found = forDevelopment.find((name) => environment[name]) ?? (SIMULATION === true ? 'SIMULATION' : undefined);
  if (environment['WEBHOOK_TARGETS'] === 'any')
    throw new StartupError('WEBHOOK_TARGETS=any is for development: in production webhooks go to the internet alone.');
  if (loopback.test(CLIENT_ISSUER ?? ''))
    throw new StartupError(
      'CLIENT_ISSUER is on this machine, as the sandbox’s identity provider is: in production name the address at which people reach the chain’s own.',
    );
  if (found) throw new StartupError(`${found} is for development: unset it in the production profile.`);
}

/** @throws StartupError in any other profile */
export function developmentOnly({ PROFILE }: Pick<PlatformSettings, 'PROFILE'>, what: string): void {
  if (PROFILE !== 'development') throw new StartupError(`${what} for the development profile only.`);
}
