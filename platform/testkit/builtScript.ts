import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleScript } from '#platform/bundling/bundleScript.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const built = new Map<string, Promise<string>>();
let folder: string | undefined;

/** As `bundleScript`, once for each test process; it is gone when the process ends. */
export function builtScript(script: string, packages?: 'bundled' | 'outside'): Promise<string> {
  folder ??= temporaryFolder('built');
  const known = built.get(script) ?? bundleScript(script, join(folder, String(built.size)), packages);
  built.set(script, known);
  return known;
}

/**
 * The address of one bundle of several modules, which exports all that they export: what a test imports in a process
 * of its own, `node --input-type=module -e …`.
 */
export async function builtModules(...modules: URL[]): Promise<string> {
  folder ??= temporaryFolder('built');
  const entry = join(folder, `modules${built.size}.ts`);
  writeFileSync(entry, modules.map((each) => `export * from ${JSON.stringify(fileURLToPath(each))};`).join('\n'));
  return pathToFileURL(await builtScript(entry)).href;
}
