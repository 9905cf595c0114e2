import { execFile } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How to run PostgreSQL, which refuses to be root, so that it also ends with the process that started it. */
export interface ServerUser {
  /** Program and arguments to put in front of the server's own. */
  readonly prefix: readonly string[];
  /** User and group to spawn as; absent = one's own. */
  readonly uid?: number;
  readonly gid?: number;
  /** Hands a data folder, and what is in it, to that user. */
  own(folder: string): void;
}

const nobody = 65534;
const asRoot = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
// When its parent dies, however it dies, the server shuts down in order (SIGINT is its fast shutdown).
const endsWithParent = ['setpriv', '--pdeathsig', 'INT', '--'];

/**
 * As root: a user namespace, in which root's files belong to user 1000; it needs no other user and works below a 0700
 * home. Where namespaces are forbidden: user `nobody`, who must be able to reach the folder. Otherwise: as oneself.
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
