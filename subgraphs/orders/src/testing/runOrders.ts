import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import pino from 'pino';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { armFailPoint } from '#platform/faults/failPoint.ts';
import * as issuer from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { localNetwork } from '#platform/rpc/network.ts';
import { startSagas } from '#platform/sagas/sagaHost.ts';
import { runSubgraph } from '#platform/subgraph/runSubgraph.ts';
import orders from '../main.ts';
import { ledgerDomains } from './ledgerDomains.ts';

/**
 * Runs the orders domain and its saga in a process of its own, beside domains that keep ledgers. Each process takes
 * the next fail point from the file FAIL_POINTS (a JSON list) and dies there; the process that follows takes the one
 * after it.
 */
const file = process.env['FAIL_POINTS']!;
const [next, ...rest] = JSON.parse(readFileSync(file, 'utf8')) as string[];
writeFileSync(file, JSON.stringify(rest));
armFailPoint(next);
console.log(`armed with ${next ?? 'no fail point'}`);

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
