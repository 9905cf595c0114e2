import type { SubgraphCall, SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';

/**
 * A call that can hand out its answer before it is parsed, so that many who share it parse one text, each into objects
 * of its own.
 */
export interface TextCall extends SubgraphCall {
  text(request: SubgraphRequest, headers: SubgraphHeaders, signal?: AbortSignal): Promise<string>;
}

export const isTextCall = (call: SubgraphCall): call is TextCall => 'text' in call;
