import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#platform/config/makeFolder.ts';
import { StartupError } from '#platform/config/startupError.ts';
import { OwnedByOther, takeOwnership } from '#platform/postgres/ownership.ts';

/** The folders that we make in DATA_DIR. `--fresh` removes these and nothing else, whatever else DATA_DIR holds. */
const parts = [
  'postgres',
  'provider',
  'delivery-partners',
  'loyalty-partner',
  'supplier',
  'secrets',
  'tls',
  'files',
] as const;

export const dataFolder = (dataDir: string, part: Exclude<(typeof parts)[number], 'files'>): string =>
  join(dataDir, part);

/** Whether a living process uses DATA_DIR. */
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
 * Makes this process the owner of DATA_DIR, and with `fresh` removes our folders in it.
 * @returns how to give it up
 * @throws StartupError when another process uses DATA_DIR, or it cannot be written
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
