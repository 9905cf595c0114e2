import { Admission } from '../documents/admission.ts';
import { createSubgraphFetch } from '../execution/dataSources/createSubgraphFetch.ts';
import { SubgraphCircuits } from '../execution/dataSources/subgraphCircuits.ts';
import { Documents } from '../documents/documents.ts';
import { createEngine, defaultEngine } from '../execution/engine.ts';
import type { Graph } from '../graph/graph.ts';
import { defaultLimits } from '../documents/limits.ts';
import type { MadePlans } from '../execution/federation/planning/madePlans.ts';
import type { GraphGeneration, LiveGraph } from '../execution/liveGraph.ts';
import { Pipeline } from '../execution/pipeline.ts';
import type { GraphService } from './graphService.ts';
import { viewName } from './viewSubgraph.ts';

/**
 * Makes everything that executes requests, before anything listens. It exists before the server does because view
 * resolvers call back into it.
 */
export function createLiveGraph(service: GraphService): LiveGraph {
  const circuits = new SubgraphCircuits(service.log.child({ channel: service.name }), service.circuit);
  return { circuits, current: generationOf(service, circuits, service.graph, service.plans) };
}

/** The same for another graph of the service, which comes in the place of the one that is served. */
export function generationOf(
  { subgraphCall, discreet, subgraphErrors, trusted, anyDocument, log, metrics, ...service }: GraphService,
  circuits: SubgraphCircuits,
  graph: Graph,
  plans?: MadePlans,
): GraphGeneration {
  const limits = { ...defaultLimits, ...service.limits };
  const engine = createEngine(
    service.engine ?? defaultEngine,
    graph,
    (name) =>
      createSubgraphFetch(name, subgraphCall(name, graph.subgraphUrls.get(name)!), log, {
        counting: metrics && { metrics, channel: service.name },
        // The view asks the other subgraphs: that one of them does not answer is nothing that it would be shut for.
        circuit: name === viewName ? undefined : circuits.of(name),
      }),
    log,
    plans,
  );
  const documents = new Documents(graph, engine, { limits, discreet });
  return {
    graph,
    documents,
    admission: new Admission(documents, trusted, { open: anyDocument }),
    pipeline: new Pipeline(graph, documents, engine, {
      discreet,
      worksElsewhere: service.worksElsewhere ?? false,
      limits,
      subgraphErrors,
      log,
      wrote: (principal) => service.writes?.ended(principal),
    }),
  };
}
