import { serveSupergraph } from './src/serveSupergraph.ts';

/** `SUPERGRAPH=<file> PORT=<n> pnpm gateway`. */
try {
  const running = await serveSupergraph(process.env);
  console.log(`serving ${process.env['SUPERGRAPH']} at ${running.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.close().then(() => process.exit(0)));
} catch (error) {
  console.error(`gateway: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
