import type { Admission } from './admission.ts';
import type { GraphRun } from './streams/routes.ts';

/** A graph and everything that was made of it. */
export interface GraphGeneration extends GraphRun {
  readonly admission: Admission;
}

/** What is served at this moment. A new supergraph replaces it as a whole; a request goes on with the one that it began with. */
export interface LiveGraph {
  readonly current: GraphGeneration;
}
