import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScript } from '#platform/bundling/bundleScript.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine } from './system/commandLine.ts';
import { generateOrFail } from './system/generateOrFail.ts';

endOnError('build');
commandLine({
  name: 'build',
  does: 'bundles what `serve` runs into generated/serve/serve.js, which Node runs without tsx, and plans the documents of all channels: what the image of docker-compose.yml starts.',
  examples: ['build', 'build && node --enable-source-maps generated/serve/serve.js gateway'],
});
await generateOrFail(console.error, { plans: true });
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'generated/serve');
rmSync(folder, { recursive: true, force: true });
console.log(await bundleScript(join(root, 'scripts/serve.ts'), folder, 'bundled'));
