import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { requirePath, typeOfPath, type FileStore } from './fileStore.ts';

/**
 * Files in a folder. All processes that write or serve them need the same folder. A file appears at its path only when
 * it is whole, so that a reader never gets half of it, and a killed process leaves at most a `.part` file.
 */
export const folderStore = (folder: string): FileStore => ({
  async put(path, { bytes }) {
    requirePath(path);
    const target = join(folder, path);
    const part = `${target}.${randomUUID()}.part`;
    await mkdir(dirname(target), { recursive: true });
    try {
      await writeFile(part, bytes, { flush: true });
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  },
  async get(path) {
    const type = typeOfPath(path);
    if (type === undefined) return undefined;
    try {
      return { bytes: await readFile(join(folder, path)), type };
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  },
});
