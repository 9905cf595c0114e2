import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The orders domain with its saga in a process of its own, beside domains that keep ledgers. Each start takes the next fail point from the
 * file FAIL_POINTS (a JSON list): this process dies there, and the one after it at the one after that.
 */
const file = process.env['FAIL_POINTS']!;
const [next, ...rest] = JSON.parse(readFileSync(file, 'utf8')) as string[];
writeFileSync(file, JSON.stringify(rest));
if (next) process.env['FAIL_POINT'] = next;
console.log(`armed with ${next ?? 'no fail point'}`);

// Loaded only now: the fail point is read when its module is.
const [{ default: pg }, { default: pino }, { postgresBus }, { createIdentity }, issuer, { localNetwork }, { startSagas }, { runSubgraph }, { default: orders }, { ledgerDomains }] = await Promise.all([
  import('pg'), import('pino'), import('#platform/events/bus/postgresBus.ts'), import('#platform/identity/identity.ts'), import('#platform/identity/developmentIssuer.ts'),
  import('#platform/rpc/network.ts'), import('#platform/sagas/sagaHost.ts'), import('#platform/subgraph/runSubgraph.ts'), import('../main.ts'), import('./ledgerDomains.ts'),
]);

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' });
const identity = await createIdentity({
  internalKey: await issuer.newSigningKey(),
  client: { issuer: issuer.developmentIssuer, audience: issuer.developmentAudience, keys: { keys: [] } },
  scopesOf: () => [],
});
const network = localNetwork(identity);
const ledger = new pg.Pool({ connectionString: process.env['LEDGER_URL'] });
for (const [domain, services] of Object.entries(ledgerDomains(ledger))) await network.serve(domain, services);
const bus = await postgresBus({ databaseUrl: process.env['BUS_URL']!, log });
const subgraph = await runSubgraph(orders, { databaseUrl: process.env['ORDERS_URL']!, bus, identity, network, log });
const sagas = await startSagas({ databaseUrl: process.env['SAGAS_URL']!, log, beatMs: 200 });
await subgraph.start();
console.log('ready');

process.once('SIGTERM', () => {
  void (async () => {
    await sagas.stop();
    await subgraph.stop();
    await bus.close();
    await ledger.end();
  })();
});
