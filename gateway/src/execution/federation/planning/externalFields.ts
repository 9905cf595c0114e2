import { federationMetadata, isInterfaceType, isObjectType, type NamedType } from '@apollo/federation-internals';
import type { QueryPlanner } from '@apollo/query-planner';

/** A type of a subgraph, in the planner's graph of all of them. */
interface Vertex {
  readonly source: string;
  readonly type: NamedType;
  hasReachableCrossSubgraphEdges: boolean;
}

interface PlannerGraph {
  allVertices(): Iterable<Vertex>;
  outEdges(vertex: Vertex): readonly { readonly tail: Vertex }[];
}

/**
 * Has the planner look for each field by itself below types with `@external` fields. Where nothing below a type leads
 * to another subgraph, it takes a selection as a whole from the subgraph where it stands, and takes no notice of what
 * is external there: what a `@requires` asks of a value type would be asked of the subgraph that requires it.
 */
export function lookUpExternalFields(planner: QueryPlanner): void {
  const { federatedQueryGraph: graph } = planner as unknown as { readonly federatedQueryGraph: PlannerGraph };
  const leadHere = new Map<Vertex, Vertex[]>();
  const marked: Vertex[] = [];
  for (const vertex of graph.allVertices()) {
    for (const { tail } of graph.outEdges(vertex))
      if (tail.source === vertex.source) leadHere.set(tail, [...(leadHere.get(tail) ?? []), vertex]);
    if (!vertex.hasReachableCrossSubgraphEdges && hasExternalFields(vertex.type)) marked.push(vertex);
  }
  for (let vertex = marked.pop(); vertex; vertex = marked.pop()) {
    if (vertex.hasReachableCrossSubgraphEdges) continue;
    vertex.hasReachableCrossSubgraphEdges = true;
    marked.push(...(leadHere.get(vertex) ?? []));
  }
}

const hasExternalFields = (type: NamedType): boolean => {
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  const metadata = federationMetadata(type.schema());
  return !!metadata && type.fields().some((each) => metadata.isFieldExternal(each));
};
