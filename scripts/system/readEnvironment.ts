import { withSettingsFile, type Environment } from '#platform/config/withSettingsFile.ts';
import { knownNames } from './settingCatalogue.ts';

/**
 * Reads the settings and secrets that every command uses: the environment, and below it `.env`.
 * @throws StartupError when `.env` holds an unknown key
 */
export const readEnvironment = async (environment: Environment = process.env, file = '.env'): Promise<Environment> =>
  withSettingsFile(environment, file, await knownNames());
