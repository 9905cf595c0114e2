import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { generateAll } from './generate/generateAll.ts';
import { root } from './generate/task.ts';
import { commandLine } from './system/commandLine.ts';

endOnError('generate');
const { switches } = commandLine({
  name: 'generate',
  does: 'makes the code that is generated, and what is generated and committed: supergraph, contracts of channels, docker-compose.yml. Skips what is unchanged.',
  flags: { '--force': 'makes all anew' },
  examples: ['generate'],
});
if (switches.has('force'))
  for (const remembered of ['generated/.stamps', 'generated/.kept'])
    rmSync(join(root, remembered), { recursive: true, force: true });

const { made, unchanged, failures } = await generateAll(console.log);
for (const { name, message } of failures)
  console.error(`\ncannot generate ${name}:\n  ${message.replaceAll('\n', '\n  ')}`);
console.log(`generate: ${made.length} made, ${unchanged.length} unchanged, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
