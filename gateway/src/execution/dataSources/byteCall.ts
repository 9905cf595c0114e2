import type { SubgraphCall, SubgraphHeaders } from '#platform/subgraph/execution.ts';
import type { WrittenRequest } from './subgraphFetch.ts';

/** A call to a subgraph in another process: it takes bytes and gives bytes, which many may share. */
export interface ByteCall extends SubgraphCall {
  bytes(request: WrittenRequest, headers: SubgraphHeaders, signal?: AbortSignal): Promise<Buffer>;
}

export const isByteCall = (call: SubgraphCall): call is ByteCall => 'bytes' in call;
