import { afterAll, beforeAll, expect, it } from 'vitest';
import { doomedSubgraph, patienceMs } from '#platform/testkit/doomedSubgraph.ts';
import { temporaryFolder } from '#platform/testkit/temporaryFolder.ts';
import { startSupplier, type RunningSupplier } from '#sandbox/supplier/supplier.ts';
import { seedId } from '#schema/seed/seedId.ts';
import type { Inventory } from '../context.ts';
import definition from '../main.ts';
import { orderWhatIsLow } from './orderWhatIsLow.ts';

const apiKey = 'k'.repeat(16);
const points = ['inventory.orderWritten', 'inventory.supplierAnswered'];
let supplier: RunningSupplier;
beforeAll(async () => {
  supplier = await startSupplier({ port: 0, dataDir: temporaryFolder('supplier'), apiKey });
});
afterAll(() => supplier.close());

it.each(['orders', 'documents'])(
  'a stock that runs low is ordered once by two processes, of which one dies before and after it asks (%s)',
  { timeout: patienceMs(points) },
  async (api) => {
    const world = await doomedSubgraph<Inventory>(definition, {
      script: new URL('../testing/runInventory.ts', import.meta.url),
      points,
      configuration: { SUPPLIER_URL: supplier.url, SUPPLIER_API_KEY: apiKey, SUPPLIER_API: api },
    });
    const { domain } = world;
    try {
      const id = { storeId: seedId('store', 1), ingredientId: seedId('ingredient', 'bun') };
      await domain.db.stock.update({ where: { storeId_ingredientId: id }, data: { reorderLevel: 1_000, onHand: 0 } });
      await world.soon('the supplier has the order', async () => {
        await orderWhatIsLow(domain);
        // Nobody waits for the leases of processes that died.
        await domain.db.purchaseOrder.updateMany({ where: { status: 'ASKING' }, data: { dueAt: new Date() } });
        return (await domain.db.purchaseOrder.count({ where: { status: 'PLACED' } })) > 0;
      });
      await world.died();
      const orders = await domain.db.purchaseOrder.findMany({ where: { storeId: id.storeId } });
      expect(orders).toHaveLength(1);
      expect(supplier.books.entries(orders[0]!.id).map(({ kind }) => kind)).toEqual(['accepted']);
    } finally {
      await world.end();
    }
  },
);
