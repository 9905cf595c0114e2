import { StoreQueryService } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import type { Deliveries } from './context.ts';

/**
 * Whether the chain has the store. The stores domain is asked, so call it before a transaction, which must not wait for
 * another domain while it holds locks.
 */
export const isStore = async (domain: Deliveries, storeId: string): Promise<boolean> =>
  (await domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at: domain.clock().toISOString() })).found;
