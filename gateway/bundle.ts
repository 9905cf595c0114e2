import { fileURLToPath } from 'node:url';
import { bundleScript } from '#platform/bundling/bundleScript.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';

endOnError('bundling the gateway');
// Loaded by tsx, the gateway would hold a thread and 40 MB more for as long as it runs.
await bundleScript(
  fileURLToPath(new URL('main.ts', import.meta.url)),
  fileURLToPath(new URL('../generated/gateway', import.meta.url)),
);
