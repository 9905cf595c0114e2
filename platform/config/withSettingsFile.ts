import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { refuseUnknown } from './loadSettings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that docker compose reads from the same file. */
const ofCompose = /^(COMPOSE|DOCKER)_/;

/**
 * Merges a file of `KEY=value` lines, such as `.env`, with settings and secrets, into the environment, whose variables
 * win. The file may be missing. All its keys must be among `known`, the keys of all services.
 * @throws StartupError about the first key that is not
 */
export function withSettingsFile(
  environment: Environment,
  file: string | undefined,
  known: ReadonlySet<string>,
): Environment {
  const lines = file && existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  for (const key of Object.keys(lines))
    if (!ofCompose.test(key)) refuseUnknown(key, known, `${key} in ${file} is no setting`);
  // An empty variable counts as not set, as everywhere: it does not override the file.
  return {
    ...lines,
    ...Object.fromEntries(Object.entries(environment).filter(([key, value]) => value !== '' || !(key in lines))),
  };
}
