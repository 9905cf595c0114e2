import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder, removed when the run ends, however it ends. */
export function temporaryFolder(label: string): string {
  const ofRun = process.env['TEST_FOLDER'];
  const folder = mkdtempSync(join(ofRun ?? tmpdir(), `drburger-${label}-`));
  if (!ofRun) process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let withoutRun: string | undefined;

/** A folder that all test files of the run share, by its name. */
export function folderOfRun(name: string): string {
  const ofRun = process.env['TEST_FOLDER'] ?? (withoutRun ??= temporaryFolder('run'));
  return join(ofRun, name);
}
