import type { PlatformSettings } from '#platform/config/settings.ts';
import { StartupError } from '#platform/config/startupError.ts';

/** Of the environment: means something to tests and in development, and in production nobody has set it on purpose. */
const forDevelopment = ['FAIL_POINT', 'CLIENT_SIGNING_KEY', 'CLIENT_SIGNING_KEY_FILE'];

/** Production refuses to start with what is for development. @throws StartupError naming it */
export function checkProfile(
  { PROFILE, SIMULATION }: Pick<PlatformSettings, 'PROFILE' | 'SIMULATION'>,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  if (PROFILE !== 'production') return;
  const found = forDevelopment.find((name) => environment[name]) ?? (SIMULATION === true ? 'SIMULATION' : undefined);
  if (found) throw new StartupError(`${found} is for development: unset it in the production profile.`);
}

/** @throws StartupError */
export function developmentOnly({ PROFILE }: Pick<PlatformSettings, 'PROFILE'>, what: string): void {
  if (PROFILE !== 'development') throw new StartupError(`${what} for the development profile only.`);
}
