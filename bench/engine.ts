import { Kind, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { isDeepStrictEqual } from 'node:util';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { createSubgraphFetch } from '#gateway/execution/dataSources/createSubgraphFetch.ts';
import { createEngine, type Engine, type EngineName, type PlanExecution } from '#gateway/execution/engine.ts';
import { buildGraph, type Graph } from '#gateway/graph/graph.ts';
import { commandLine } from '../scripts/system/commandLine.ts';
import type { ByteCall } from '#gateway/execution/dataSources/byteCall.ts';
import { heavy, light, subgraphBytes, supergraphAt } from './engine/catalogue.ts';
import { compareOverHttp } from './engine/overHttp.ts';

endOnError('bench:engine');
const { settings: flags, switches } = commandLine({
  name: 'bench:engine',
  does: 'the engines side by side: CPU of planning and executing in one process, and of whole gateways over HTTP.',
  flags: {
    '--seconds <n>': 'of each measurement in one process (4)',
    '--scale <n>': 'how many requests over HTTP: this often 150 of the page, and 2,000 of one field (2)',
    '--documents <n>': 'how many different documents ours gets at the end, each once: whether its memory grows (0)',
    '--hive': 'with @graphql-hive/gateway, too, without and with its addon in Rust; installed the first time (500 MB)',
  },
  more: `Prints, for a page of four subgraphs and for one field, CPU milliseconds a request of our engine and of Apollo's, without HTTP; then of whole gateways, each
in a process of its own on one core, 50 requests in flight: the page, which all ask for alike; the page with 50 values of its variables; the page in 50
documents with variables of their own; one field; and the memory of each after each of them. All take turns, the least of each counts, and answers are compared first.`,
  examples: ['bench:engine', 'bench:engine --hive --scale 4'],
});
await main(Number(flags['SECONDS'] ?? 4) || 4);
await compareOverHttp({
  hive: switches.has('hive'),
  scale: Number(flags['SCALE'] ?? 2) || 2,
  documents: Number(flags['DOCUMENTS'] ?? 0) || 0,
});

/** Executes a request, and resolves with the bytes of the answer. */
type Run = () => Promise<Buffer>;

async function main(seconds: number): Promise<void> {
  const graph = buildGraph(supergraphAt('http://localhost'));
  for (const [what, text] of Object.entries({ heavy, light })) await compare(what, graph, text, seconds);
}

async function compare(what: string, graph: Graph, text: string, seconds: number): Promise<void> {
  const [ours, apollos] = (['own', 'apollo'] as const).map((name) => runOf(name, graph, text)) as [Run, Run];
  const answer = await ours();
  if (plain(answer).errors ?? !isDeepStrictEqual(plain(answer), plain(await apollos())))
    throw new Error(`the engines do not answer the same to ${what}`);
  const costs = { ours: [] as number[], apollos: [] as number[] };
  // They run in turns, so that whatever else the machine does affects both.
  for (let turn = 0; turn < 4; turn += 1) {
    costs.ours.push(await cpuMs(ours, seconds / 4));
    costs.apollos.push(await cpuMs(apollos, seconds / 4));
  }
  const [own, apollo] = [Math.min(...costs.ours), Math.min(...costs.apollos)];
  const kilobytes = (answer.length / 1_000).toFixed(1);
  console.log(
    `${what} (${kilobytes} kB)  own ${own.toFixed(3)} ms  apollo ${apollo.toFixed(3)} ms  own/apollo ${(own / apollo).toFixed(2)}`,
  );
}

function plain(answer: Buffer): ExecutionResult {
  return JSON.parse(answer.toString()) as ExecutionResult;
}

/** A subgraph whose answers come as bytes, as they do over HTTP. */
function callOf(subgraph: string): ByteCall {
  return Object.assign(() => Promise.reject(new Error('it is asked for bytes')), {
    bytes: ({ body }: { readonly body: Buffer }) => subgraphBytes(subgraph, body.toString()),
  });
}

function runOf(name: EngineName, graph: Graph, text: string): Run {
  const log = pino({ level: 'silent' });
  const engine: Engine = createEngine(
    name,
    graph,
    (subgraph) => createSubgraphFetch(subgraph, callOf(subgraph), log),
    log,
  );
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  )!;
  const plan = engine.plan(document, operation);
  const execution = (): PlanExecution => ({
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
  return async () => {
    const answer = await (engine.answer ?? engine.execute).call(engine, execution());
    return Buffer.isBuffer(answer) ? answer : Buffer.from(JSON.stringify(answer));
  };
}

async function cpuMs(run: Run, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  const before = process.cpuUsage();
  let count = 0;
  while (performance.now() < until) {
    await run();
    count += 1;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}
