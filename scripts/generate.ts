import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateAll } from './generate/generateAll.ts';
import { root } from './generate/task.ts';

/** `generate [--force]`: makes the code that is generated, and composes the contracts that are committed. Skips what is unchanged. */
if (process.argv.includes('--force')) rmSync(join(root, 'generated/.stamps'), { recursive: true, force: true });

const { made, unchanged, failures } = await generateAll(console.log);
for (const { name, message } of failures) console.error(`\ncannot generate ${name}:\n  ${message.replaceAll('\n', '\n  ')}`);
console.log(`generate: ${made.length} made, ${unchanged.length} unchanged, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
