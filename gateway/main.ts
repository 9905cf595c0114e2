import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { serveSupergraph, wideLimits as limits } from './src/serve/serveSupergraph.ts';

endOnError('gateway');
const [argument] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') {
  console.log(`gateway: serves any Federation 2 supergraph, not only this one.

  SUPERGRAPH=<file>           the file with the supergraph's SDL; it is read again when it changes
  PORT=<n>                    the port to listen on (default 4000)
  FORWARD_AUTHORIZATION=true  sends the client's authorization to every subgraph (default false: to none)
  ORIGINS=<origin>,…          web apps of other origins that may call, such as https://www.example.com (default: none)
  TLS_CERT_PATH=<file> TLS_KEY_PATH=<file>  a certificate and its key (PEM): https and wss (default: http and ws)
  COST_LIMIT=<n>              what a request may cost at most, by @cost and @listSize (default: no limit)
  METRICS_PORT=<n>            the port of /metrics, for Prometheus (default: none)
  METRICS_HOST=<address>      where that port is open (default 127.0.0.1)
  LOG_LEVEL=<level>           debug, info, warn, error or silent (default info)
  DRAIN_SECONDS=<n>           how long it goes on serving after SIGTERM, with /health/ready at 503 (at most 8, default 0)
  ENGINE=own|apollo           what plans and executes: ours, or that of @apollo/gateway (default own)

GraphQL is at /graphql, health at /health/live and /health/ready. What else it does, and does not: docs/gateway.md.

It verifies no tokens: fields with @authenticated, @requiresScopes or @policy are null, with the error UNAUTHENTICATED.
Documents may have ${limits.tokens} tokens, ${limits.depth} levels, ${limits.fields} fields (fragments expanded; ${limits.selections} in one selection), ${limits.aliases} aliases and
${limits.directives} directives; a body ${limits.bodyBytes / 2 ** 20} MiB; an answer ${limits.errors} errors. Beyond that: DOCUMENT_TOO_COMPLEX, 413 or ERRORS_LEFT_OUT.
What Apollo's planner finds no way for is answered with the error QUERY_PLANNING_FAILED.

For example:
  SUPERGRAPH=schema/supergraph.graphql PORT=5000 npx -y pnpm@10.34.9 gateway
`);
  process.exit(0);
}
if (argument !== undefined) throw new StartupError(`"${argument}" is not understood: see --help.`);
const running = await serveSupergraph(process.env);
console.log(`serving ${process.env['SUPERGRAPH']} at ${running.url}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void running.close().then(() => process.exit(0)));
