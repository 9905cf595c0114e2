import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { refuseUnknown } from './loadSettings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Read by docker compose from the same file. */
const ofCompose = /^(COMPOSE|DOCKER)_/;

/**
 * The environment, and below it what a file of `KEY=value` lines says, such as `.env`: settings and secrets alike. The
 * file may be absent, and holds nothing but what is `known`, for whichever service that is.
 * @throws StartupError about the first that is not
 */
export function withSettingsFile(
  environment: Environment,
  file: string | undefined,
  known: ReadonlySet<string>,
): Environment {
  const lines = file && existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  for (const key of Object.keys(lines))
    if (!ofCompose.test(key)) refuseUnknown(key, known, `${key} in ${file} is no setting`);
  // An empty value says nothing, as everywhere.
  return {
    ...lines,
    ...Object.fromEntries(Object.entries(environment).filter(([key, value]) => value !== '' || !(key in lines))),
  };
}
