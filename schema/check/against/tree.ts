import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the repository in one state: as they lie in the working tree, or as a commit has them. */
export interface Tree {
  /** What reports call the state: `working tree`, or the short id of a commit. */
  readonly name: string;
  /** The text of a file by its path from the root; undefined when there is none. */
  read(path: string): string | undefined;
  /** The paths of all files below a folder, sorted. */
  list(folder: string): readonly string[];
}

export function workingTree(root: string): Tree {
  return {
    name: 'working tree',
    read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    list: (folder) =>
      existsSync(join(root, folder))
        ? readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ''))
            .sort()
        : [],
  };
}

/** A state made of texts. Changes to a state are tried on it without touching any file. */
export function treeOf(name: string, files: ReadonlyMap<string, string>): Tree {
  return {
    name,
    read: (path) => files.get(path),
    list: (folder) => [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort(),
  };
}
