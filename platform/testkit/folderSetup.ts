import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTime, takeOwnership } from '#platform/postgres/ownership.ts';

/** The beginning of the name of every folder that a run makes beside its own files, in the temporary directory. */
export const prefixOfRuns = 'drburger-test-';

/**
 * Vitest's global set-up for every project: one folder for the temporary files of the run, gone afterwards. What runs
 * left that were killed is removed first. Workers do not remove folders themselves: Vitest ends them by a signal.
 */
export default function folderSetup(): (() => void) | undefined {
  if (process.env['TEST_FOLDER']) return undefined;
  removeLeftOvers(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), prefixOfRuns));
  takeOwnership(folder);
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.once('exit', remove);
  process.env['TEST_FOLDER'] = join(folder, 'tmp');
  mkdirSync(process.env['TEST_FOLDER']);
  return () => {
    process.off('exit', remove);
    delete process.env['TEST_FOLDER'];
    remove();
  };
}

/** Removes the folders of runs whose process is gone: those could not clean up. */
export function removeLeftOvers(directory: string): void {
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith(prefixOfRuns))) {
    const folder = join(directory, name);
    if (!isInUse(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function isInUse(folder: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as { pid: number; startedAt: string };
    return startTime(owner.pid) === owner.startedAt;
  } catch {
    // One that another run is just making has no owner yet.
    return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? 0) < 60_000;
  }
}
