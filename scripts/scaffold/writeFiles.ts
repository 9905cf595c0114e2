import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartupError } from '#platform/config/startupError.ts';
import { root } from '../generate/task.ts';

/**
 * Writes files into a new folder; their paths are relative to it.
 * @throws StartupError when the folder exists
 */
export function writeNewFolder(folder: string, files: Readonly<Record<string, string>>): void {
  if (existsSync(join(root, folder))) throw new StartupError(`${folder} exists already.`);
  for (const [path, text] of Object.entries(files)) writeNewFile(join(folder, path), text);
}

/** Writes a file that does not exist yet. @throws StartupError when it exists */
export function writeNewFile(path: string, text: string): void {
  const full = join(root, path);
  if (existsSync(full)) throw new StartupError(`${path} exists already.`);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}
