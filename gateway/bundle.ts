import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScript } from '#platform/bundling/bundleScript.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';

endOnError('bundling the gateway');
const [processId = ''] = process.argv.slice(2);
const folders = fileURLToPath(new URL('../generated/gateway/', import.meta.url));
mkdirSync(folders, { recursive: true });
for (const name of readdirSync(folders))
  if (!runs(Number(name))) rmSync(join(folders, name), { recursive: true, force: true });
await bundleScript(fileURLToPath(new URL('main.ts', import.meta.url)), join(folders, processId));

function runs(id: number): boolean {
  try {
    return id > 0 && process.kill(id, 0);
  } catch (error) {
    // Somebody else's process cannot be signalled, but runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
