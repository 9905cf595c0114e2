import { Code, ConnectError } from '@connectrpc/connect';
import { StoreQueryService, type OrderingTerms } from '#generated/proto/drburger/stores/v1/stores_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import type { Memberships } from './context.ts';

/** What stores says of a store: country, currency and time zone count here. Null if there is no such store. */
export async function storeOf(domain: Memberships, storeId: string): Promise<OrderingTerms | null> {
  if (!isId(storeId)) return null;
  try {
    const at = domain.clock().toISOString();
    const terms = await domain.rpc.client(StoreQueryService).getOrderingTerms({ storeId, at });
    return terms.found ? terms : null;
  } catch (error) {
    if (error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded))
      throw new CodedError(
        'SUBGRAPH_UNAVAILABLE',
        'The memberships of this store cannot be told: stores does not answer. Try again in a moment.',
      );
    throw error;
  }
}
