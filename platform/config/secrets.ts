import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyProviderOf } from '#platform/keys/awsKms.ts';
import { isSealed, opened } from '#platform/keys/keyProvider.ts';
import { makeFolder } from './makeFolder.ts';
import { StartupError } from './startupError.ts';

/**
 * Whether a setting is a secret. The name decides, so that nobody can forget to mark one: a secret is never printed,
 * and never made up outside development.
 */
export const isSecret = (key: string): boolean => /_(KEY|KEYS|SECRET|PASSWORD)$/.test(key);

export interface SecretSources {
  readonly profile: 'development' | 'production';
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * The development profile keeps the secrets that it makes in `<dataDir>/secrets/<NAME>`, readable by its owner only.
   */
  readonly dataDir: string;
  /** Called with the names of the secrets that were just made, if any. */
  readonly onMade: (names: readonly string[]) => void;
}

export type SecretMaker = () => string | Promise<string>;

/** Makes a secret of 32 random bytes, in base64. */
export const randomSecret: SecretMaker = () => randomBytes(32).toString('base64');

/**
 * Reads secrets, each from the variable `<NAME>` or from the file that `<NAME>_FILE` names (container platforms mount
 * secrets as files). One that is sealed by a key service is opened by it. The development profile makes the missing
 * ones, by the given maker or else `randomSecret`, and keeps them; any other profile refuses to start.
 * @throws StartupError that names every secret that is missing
 */
export async function loadSecrets<Name extends string>(
  makers: Readonly<Record<Name, SecretMaker | undefined>>,
  sources: SecretSources,
): Promise<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  const missing: Name[] = [];
  for (const name of Object.keys(makers) as Name[]) {
    const value = given(name, sources);
    if (value === undefined) missing.push(name);
    else values[name] = isSealed(value) ? await opened(name, value, keyProviderOf(sources.environment)) : value;
  }
  if (missing.length > 0 && sources.profile !== 'development') {
    throw new StartupError(
      `Missing in the ${sources.profile} profile: ${missing.join(', ')}. Set each, or <NAME>_FILE with the path of a file that holds it.`,
    );
  }
  for (const name of missing)
    values[name] = await make(join(sources.dataDir, 'secrets'), name, makers[name] ?? randomSecret);
  if (missing.length > 0) sources.onMade(missing);
  return values as Record<Name, string>;
}

function given(name: string, { environment, profile, dataDir }: SecretSources): string | undefined {
  const kept = join(dataDir, 'secrets', name);
  return givenSecret(name, environment) ?? (profile === 'development' ? contentOf(kept) : undefined);
}

/**
 * A secret as the variable `<NAME>` has it, or the file that `<NAME>_FILE` names; sealed, if it is so there.
 * @throws StartupError when there is no such file
 */
export function givenSecret(name: string, environment: SecretSources['environment']): string | undefined {
  if (environment[name]) return environment[name];
  const file = environment[`${name}_FILE`];
  if (file && !existsSync(file)) throw new StartupError(`${name}_FILE=${file} does not exist.`);
  return file ? contentOf(file) : undefined;
}

const contentOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;

async function make(folder: string, name: string, maker: SecretMaker): Promise<string> {
  const value = await maker();
  makeFolder(folder, 0o700);
  const draft = join(folder, `.${name}.${process.pid}`);
  writeFileSync(draft, value, { mode: 0o600 });
  try {
    // The file is linked into place, because a link appears with the whole content or not at all.
    linkSync(draft, join(folder, name));
    return value;
  } catch (error) {
    // Another process of the same development system made the secret first: both use that one.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readFileSync(join(folder, name), 'utf8').trim();
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
