import { withSettingsFile, type Environment } from '#platform/config/withSettingsFile.ts';
import { knownNames } from './settingCatalogue.ts';

/** Where every command finds its settings and secrets: the environment, and `.env`. @throws StartupError */
export const readEnvironment = async (environment: Environment = process.env, file = '.env'): Promise<Environment> =>
  withSettingsFile(environment, file, await knownNames());
