import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#platform/config/makeFolder.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { OwnedByOther, takeOwnership } from '#platform/postgres/ownership.ts';

/** What we keep in DATA_DIR. `--fresh` removes these and nothing else, whatever folder DATA_DIR names. */
const parts = ['postgres', 'provider', 'secrets'];

export const dataFolder = (dataDir: string, part: 'postgres' | 'provider' | 'secrets'): string => join(dataDir, part);

/** Whether a process that lives runs on DATA_DIR. */
export function isClaimed(dataDir: string): boolean {
  makeFolder(dataDir);
  try {
    takeOwnership(dataDir)();
    return false;
  } catch (error) {
    if (error instanceof OwnedByOther) return true;
    throw error;
  }
}

/**
 * Makes DATA_DIR ours while we run, and empties it when asked to begin anew. Returns how to let go.
 * @throws StartupError when another process runs on it, or it cannot be written.
 */
export function claimDataDir(dataDir: string, fresh: boolean): () => void {
  makeFolder(dataDir);
  let release: () => void;
  try {
    release = takeOwnership(dataDir);
  } catch (error) {
    if (error instanceof OwnedByOther)
      throw new StartupError(
        `The system already runs on ${dataDir} (process ${error.pid}): stop it, or set another DATA_DIR and PORT_BASE.`,
      );
    throw new StartupError(
      `The data folder ${dataDir} cannot be used (${(error as NodeJS.ErrnoException).code}): put it right, or set another DATA_DIR.`,
    );
  }
  if (fresh) for (const part of parts) rmSync(join(dataDir, part), { recursive: true, force: true });
  return release;
}
