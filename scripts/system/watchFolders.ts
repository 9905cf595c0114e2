import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/**
 * Calls `changed` with the path, relative to the root, of each file that changes below these folders. Each folder has a
 * watcher of its own: with the option `recursive`, Node on Linux watches single files, and misses changes to a file
 * that an editor saves by renaming a new file over it.
 */
export function watchFolders(
  root: string,
  folders: readonly string[],
  changed: (path: string) => void,
): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  const add = (folder: string): void => {
    if (watchers.has(folder) || !isFolder(join(root, folder))) return;
    const watcher = watch(join(root, folder), (_event, file) => {
      if (file === null) return;
      const path = `${folder}/${file}`;
      if (isFolder(join(root, path))) add(path);
      changed(path);
    });
    const forget = (): void => {
      watcher.close();
      watchers.delete(folder);
    };
    // If the folder is deleted and made again, it gets a new watcher.
    watcher.on('error', forget);
    watcher.on('change', (_event, file) => {
      if (file === null || !isFolder(join(root, folder))) forget();
    });
    watchers.set(folder, watcher);
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }))
      if (entry.isDirectory()) add(`${folder}/${entry.name}`);
  };
  folders.forEach(add);
  return { close: () => [...watchers.values()].forEach((watcher) => watcher.close()) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
