import { endOnError } from '#platform/telemetry/endOnError.ts';
import { serveSupergraph } from './src/serve/serveSupergraph.ts';

/** `SUPERGRAPH=<file> PORT=<n> pnpm gateway`. */
endOnError('gateway');
const running = await serveSupergraph(process.env);
console.log(`serving ${process.env['SUPERGRAPH']} at ${running.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close().then(() => process.exit(0)));
