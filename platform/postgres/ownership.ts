import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class OwnedByOther extends Error {
  override readonly name = 'OwnedByOther';
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(`${folder} is in use by process ${pid}`);
  }
}

/**
 * Makes this process the owner of a folder: the only one that uses it. A process that died, even by `kill -9`, owns
 * nothing any more; its start time is recorded, so that another process with the same id is not mistaken for it.
 * @returns how to give up the ownership
 * @throws OwnedByOther when a living process owns the folder
 */
export function takeOwnership(folder: string): () => void {
  const path = join(folder, 'owner.json');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) });
  for (;;) {
    try {
      writeFileSync(path, mine, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner && startTime(owner.pid) === owner.startedAt) throw new OwnedByOther(folder, owner.pid);
    rmSync(path, { force: true });
  }
}

function readOwner(path: string): { pid: number; startedAt: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startedAt: string };
  } catch {
    return undefined;
  }
}

/** When a process was started, in a form that depends on the system; undefined when no process has that id. */
export function startTime(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    // proc(5): the name in parentheses may hold anything; after it, field 3 is the state and field 22 the start time.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
