import { execFile } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to run PostgreSQL, which refuses to run as root, and so that it ends with the process that started it. */
export interface ServerUser {
  /** Program and arguments to put in front of the server's own. */
  readonly prefix: readonly string[];
  /** User and group to run as; undefined for those of this process. */
  readonly uid?: number;
  readonly gid?: number;
  /** Makes that user the owner of a data folder and of everything in it. */
  own(folder: string): void;
}

const nobody = 65534;
const asRoot = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
// When the parent process dies, even by a kill, the server gets SIGINT, which is its fast, orderly shutdown.
const endsWithParent = ['setpriv', '--pdeathsig', 'INT', '--'];

/**
 * Chooses how to run PostgreSQL. If this process is not root: as the same user. If it is root: in a user namespace in
 * which root's files belong to user 1000, which needs no other user and works below a home with mode 0700; where
 * namespaces are forbidden, as the user `nobody`, who must be able to reach the folder.
 */
export async function chooseServerUser(): Promise<ServerUser> {
  const isRoot = process.getuid?.() === 0;
  const deathNote = (await works([...endsWithParent, 'true'])) ? endsWithParent : [];
  if (!isRoot) return { prefix: deathNote, own: () => undefined };
  if (await works([...asRoot, ...deathNote, 'true']))
    return { prefix: [...asRoot, ...deathNote], own: () => undefined };
  return { prefix: deathNote, uid: nobody, gid: nobody, own: chownAll };
}

async function works(command: readonly string[]): Promise<boolean> {
  return run(command[0] ?? 'false', command.slice(1)).then(
    () => true,
    () => false,
  );
}

function chownAll(folder: string): void {
  chownSync(folder, nobody, nobody);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    chownSync(join(entry.parentPath, entry.name), nobody, nobody);
}
