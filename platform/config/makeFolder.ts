import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from './startupError.ts';

/**
 * Makes a folder (of DATA_DIR) and its missing parents. It is no error if the folder exists.
 * @throws StartupError when the folder cannot be made
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

/** Makes parents by itself: Node's own `recursive` option hangs in folders that take no new ones, such as /proc. */
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
