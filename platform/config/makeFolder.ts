import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from './startupError.ts';

/**
 * Makes a folder of DATA_DIR, and those above it that are missing.
 * @throws StartupError when it cannot be made
 */
export function makeFolder(path: string, mode?: number): void {
  try {
    make(path, mode);
  } catch (error) {
    throw new StartupError(
      `The data folder ${path} cannot be used (${(error as NodeJS.ErrnoException).code}): put it right, or set another DATA_DIR.`,
    );
  }
}

/** Node's own `recursive` never ends where none can be made below one that is there, as in /proc. */
function make(path: string, mode: number | undefined): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isFolder(path)) return;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isFolder(dirname(path))) throw error;
    make(dirname(path), mode);
    make(path, mode);
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
