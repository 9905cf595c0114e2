import { composeServices } from '@apollo/composition';
import { Kind, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { isDeepStrictEqual } from 'node:util';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { createSubgraphFetch } from '#gateway/execution/dataSources/createSubgraphFetch.ts';
import { createEngine, type Engine, type EngineName } from '#gateway/execution/engine.ts';
import { buildGraph, type Graph } from '#gateway/graph/graph.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import { heavy, light, subgraphAnswer, subgraphs } from './engine/catalogue.ts';

endOnError('bench:engine');
const { settings: flags } = commandLine({
  name: 'bench:engine',
  does: 'the engines side by side in one process: CPU of planning and executing, without HTTP and without the subgraphs.',
  flags: { '--seconds <n>': 'of each measurement (4)' },
  more: `Prints, for an answer of four subgraphs and for one of a field, CPU milliseconds a request of our engine and of Apollo's, in turns, and the
ratio. Answers are compared first. Subgraphs are texts that are parsed for each request, as what comes over HTTP is.`,
  examples: ['bench:engine --seconds 4'],
});
await main(Number(flags['SECONDS'] ?? 4) || 4);

type Run = () => Promise<ExecutionResult>;

async function main(seconds: number): Promise<void> {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://localhost/${name}`, typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(`the graph does not compose: ${errors?.join('; ')}`);
  const graph = buildGraph(supergraphSdl);
  for (const [what, text] of Object.entries({ heavy, light })) await compare(what, graph, text, seconds);
}

async function compare(what: string, graph: Graph, text: string, seconds: number): Promise<void> {
  const [ours, apollos] = (['own', 'apollo'] as const).map((name) => runOf(name, graph, text)) as [Run, Run];
  const answer = await ours();
  if (answer.errors ?? !isDeepStrictEqual(plain(answer), plain(await apollos())))
    throw new Error(`the engines do not answer the same to ${what}`);
  const costs = { ours: [] as number[], apollos: [] as number[] };
  // In turns, so that whatever else the machine does is in both.
  for (let turn = 0; turn < 4; turn += 1) {
    costs.ours.push(await cpuMs(ours, seconds / 4));
    costs.apollos.push(await cpuMs(apollos, seconds / 4));
  }
  const [own, apollo] = [Math.min(...costs.ours), Math.min(...costs.apollos)];
  const kilobytes = (JSON.stringify(answer).length / 1_000).toFixed(1);
  console.log(
    `${what} (${kilobytes} kB)  own ${own.toFixed(3)} ms  apollo ${apollo.toFixed(3)} ms  own/apollo ${(own / apollo).toFixed(2)}`,
  );
}

function plain(answer: ExecutionResult): unknown {
  return JSON.parse(JSON.stringify(answer));
}

function runOf(name: EngineName, graph: Graph, text: string): Run {
  const log = pino({ level: 'silent' });
  const engine: Engine = createEngine(
    name,
    graph,
    (subgraph) => createSubgraphFetch(subgraph, (request) => subgraphAnswer(subgraph, request), log),
    log,
  );
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  )!;
  const plan = engine.plan(document, operation);
  return () =>
    engine.execute({
      plan,
      document,
      operation,
      variables: {},
      callerKey: 'bench',
      maxErrors: 100,
      context: {
        authorizationFor: () => Promise.resolve(undefined),
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
        freshness: '',
        deadline: Date.now() + 600_000,
      },
    });
}

async function cpuMs(run: Run, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    JSON.stringify(await run());
    count += 1;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}
