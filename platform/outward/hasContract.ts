import { StartupError } from '#platform/config/startupError.ts';

/**
 * Whether there is a contract with a counterpart, which is so when its address is set.
 * @throws StartupError when the secret is missing by which the counterpart would know us
 */
export function hasContract<Name extends string>(
  settings: Readonly<Record<Name, unknown>>,
  address: Name,
  secret: Name,
): boolean {
  if (!settings[address]) return false;
  if (!settings[secret])
    throw new StartupError(`${secret} is missing, although ${address} is set: set both, or none of them.`);
  return true;
}
