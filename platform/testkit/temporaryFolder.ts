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
