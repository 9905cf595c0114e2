import { operationFromDocument } from '@apollo/federation-internals';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Graph } from '../graph/graph.ts';

/** Documents to plans. Planning takes milliseconds: whoever calls it keeps the result. */
export interface Planner {
  /** The document is valid for the graph's API schema. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

export function createPlanner(graph: Graph): Planner {
  const planner = new QueryPlanner(graph.supergraph);
  return {
    plan: (document, operationName) =>
      planner.buildQueryPlan(
        operationFromDocument(
          graph.plannerSchema,
          document,
          operationName === undefined ? { validate: false } : { operationName, validate: false },
        ),
      ),
  };
}
