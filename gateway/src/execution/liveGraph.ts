import type { Admission } from '../documents/admission.ts';
import type { Documents } from '../documents/documents.ts';
import type { Graph } from '../graph/graph.ts';
import type { SubgraphCircuits } from './dataSources/subgraphCircuits.ts';
import type { Pipeline } from './pipeline.ts';

/** A graph and everything that was made of it. Requests and streams go on with the generation that they began with. */
export interface GraphGeneration {
  readonly graph: Graph;
  readonly documents: Documents;
  readonly pipeline: Pipeline;
  readonly admission: Admission;
}

/** The generation that is served at this moment. A reload replaces it as a whole. */
export interface LiveGraph {
  current: GraphGeneration;
  /** Which subgraphs answer. */
  readonly circuits: SubgraphCircuits;
}
