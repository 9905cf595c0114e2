import { edgeProblems } from '#schema/check/edgeProblems.ts';
import { edgesInCode } from '#schema/check/edgesInCode.ts';
import { eventNameProblems } from '#schema/check/eventNames.ts';
import { edges } from '#schema/edges.ts';
import { eventCatalogue } from '#schema/eventCatalogue.ts';
import { subgraphs } from '#schema/subgraphs.ts';
import { root } from '../generate/task.ts';
import { loadRoutes } from '#gateway/rest/loadRoutes.ts';
import { conformanceProblems } from '../../rest/conformance.ts';
import { portClashes } from '../system/ports.ts';

/**
 * Checks what eslint cannot see: names of events, ports that are given to two services, and edges that either the
 * registry or the code lacks.
 */
const events = [...(await eventCatalogue()).values()];
const found = edgesInCode({
  root,
  subgraphs: subgraphs.map(({ name }) => name),
  events: new Map(events.map(({ name, domain }) => [name, domain])),
});
const routes = loadRoutes(new URL('../../rest/', import.meta.url));
const problems = [
  ...events.flatMap(eventNameProblems),
  ...portClashes(),
  ...edgeProblems(edges, found),
  ...conformanceProblems(routes),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
