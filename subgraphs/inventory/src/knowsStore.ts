import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Inventory } from './context.ts';

/**
 * Whether the chain has the store. Those that opened, or were given stock, since this domain remembers stores are known
 * here; the stores domain is asked of any other. Call it before a transaction, which must not wait for another domain
 * while it holds locks.
 */
export async function knowsStore(domain: Inventory, storeId: string): Promise<boolean> {
  if (await domain.db.store.findUnique({ where: { id: storeId } })) return true;
  const at = domain.clock().toISOString();
  return (await domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at })).found;
}
