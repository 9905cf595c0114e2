import { afterAll, beforeAll } from 'vitest';
import { createOutward } from '#platform/outward/outward.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startSupplier, type RunningSupplier } from '#sandbox/supplier/supplier.ts';
import { counterparts } from '#schema/counterparts.ts';
import { documentsSupplier } from './documentsSupplier.ts';
import { ordersSupplier } from './ordersSupplier.ts';
import { supplierContract } from './supplierContract.ts';

const apiKey = 'k'.repeat(16);
let running: RunningSupplier;
beforeAll(async () => {
  running = await startSupplier({ port: 0, dataDir: temporaryFolder('supplier'), apiKey });
});
afterAll(() => running.close());

for (const [name, adapter] of Object.entries({ orders: ordersSupplier, documents: documentsSupplier }))
  supplierContract(name, () => ({
    supplier: adapter({ url: running.url, apiKey, outward: createOutward(counterparts.supplier) }),
    behave: (behaviour) => running.books.behave(behaviour),
    send: (reference) => running.books.send(reference),
    cancel: (reference) => running.books.cancel(reference),
    ledger: (reference) => running.books.entries(reference).map(({ kind }) => kind),
  }));
