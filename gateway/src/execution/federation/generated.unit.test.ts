import fc from 'fast-check';
import { Kind, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createSubgraphFetch } from '../dataSources/createSubgraphFetch.ts';
import type { SubgraphCall, SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import type { WrittenRequest } from '../dataSources/subgraphFetch.ts';
import type { Engine, PlanExecution } from '../engine.ts';
import { createFederationEngine } from './federationEngine.ts';
import type { ByteCall } from '../dataSources/byteCall.ts';
import { generatedSupergraph, plain, type GeneratedSupergraph } from '../../testkit/supergraphs/generatedSupergraph.ts';
import { misbehaving } from '../../testkit/supergraphs/misbehaving.ts';
import { randomDocument, type RandomDocument } from '../../testkit/supergraphs/randomDocument.ts';
import { SeededRandom } from '../../testkit/supergraphs/seededRandom.ts';

/**
 * Random operations on random supergraphs, each run with two sets of variables, and each of these with subgraphs that
 * misbehave, too. Here 2,000 runs, always the same.
 * `FEDERATION_CASES=100000 FEDERATION_SEED=1000 npx vitest run generated.unit` makes as many as it says, on supergraphs
 * from that seed on.
 */
const documents = Number(process.env['FEDERATION_CASES'] ?? 2_000) / 4;
const firstSeed = Number(process.env['FEDERATION_SEED'] ?? 1);
const perSupergraph = 100;
/** Who asks for more cases waits for them. */
const timeout = process.env['FEDERATION_CASES'] === undefined ? 600_000 : 24 * 3_600_000;
const log = pino({ level: 'silent' });

/** As it is over HTTP. */
const overBytes = (call: SubgraphCall): ByteCall =>
  Object.assign(call.bind(undefined), {
    bytes: async ({ body }: WrittenRequest, headers: SubgraphHeaders) => {
      const request = JSON.parse(body.toString()) as SubgraphRequest;
      return Buffer.from(JSON.stringify(await call(request, headers)));
    },
  });

/** An engine whose subgraphs can be told to misbehave, and how often its code gave an answer by itself. */
function engineOf({ graph, subgraphCall }: GeneratedSupergraph) {
  const state = { misbehave: false };
  const engine = createFederationEngine(
    graph,
    (name) => {
      const call = subgraphCall(name);
      const spoiled = misbehaving(call);
      const either: SubgraphCall = (...asked) => (state.misbehave ? spoiled : call)(...asked);
      return createSubgraphFetch(name, overBytes(either), log);
    },
    log,
    { codedAtRun: 1 },
  );
  return { engine, state };
}

/** `together`: by code, and twice at once, so that the second run takes part in the work of the first. */
type Way = 'general' | 'coded' | 'together';
/** Answers that the code of a plan gave by itself, of all that it was asked for. */
const coded = { whole: 0, all: 0 };

/** Plans a document; the result runs it. */
function preparedFor(
  engine: Engine,
  { text, document }: RandomDocument,
): (variables: Record<string, unknown>, way: Way) => Promise<ExecutionResult> {
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  )!;
  const defaults = { ...(text.includes('$maybe:') ? { maybe: true } : {}), ...(text.includes('$m:') ? { m: 2 } : {}) };
  const plan = engine.plan(document, operation);
  return async (variables, way) => {
    const execution: PlanExecution = {
      plan,
      document,
      operation,
      variables: { ...defaults, ...variables },
      callerKey: text,
      maxErrors: Number.POSITIVE_INFINITY,
      context: {
        authorizationFor: () => Promise.resolve(undefined),
        traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
        freshness: '',
        deadline: Date.now() + 60_000,
      },
    };
    if (way === 'general') return plain(await engine.execute(execution));
    const first = engine.answer!(execution);
    const isTwice = way === 'together' && operation.operation === 'query';
    const answer = isTwice ? (await Promise.all([first, engine.answer!(execution)]))[1] : await first;
    coded.all += 1;
    if (!Buffer.isBuffer(answer)) return plain(answer);
    coded.whole += 1;
    return JSON.parse(answer.toString()) as ExecutionResult;
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The places of an answer that errors left empty. Which of several errors emptied a place is up to the executor. */
function emptied({ data, errors }: ExecutionResult): string[] {
  const places = (errors ?? []).flatMap(({ path }) => {
    if (!path) return [];
    let at: unknown = data;
    let depth = 0;
    while (depth < path.length && isObject(at)) at = at[path[depth++]!];
    return [JSON.stringify(path.slice(0, depth))];
  });
  return [...new Set(places)].sort();
}

/** The places where an answer has nothing and the right one something; where else they differ, it is wrong. */
function missing(answer: unknown, right: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (answer === null && right !== null) return [[...path]];
  if (!isObject(answer) || !isObject(right)) {
    expect({ path, value: answer }).toEqual({ path, value: right });
    return [];
  }
  expect({ path, keys: Object.keys(answer) }).toEqual({ path, keys: Object.keys(right) });
  return Object.keys(answer).flatMap((key) =>
    missing(answer[key], right[key], [...path, Array.isArray(answer) ? Number(key) : key]),
  );
}

async function check(
  supergraph: GeneratedSupergraph,
  { engine, state }: ReturnType<typeof engineOf>,
  asked: RandomDocument,
): Promise<void> {
  const answer = preparedFor(engine, asked);
  const { n } = asked.variables;
  const more = { ...asked.variables, ...(typeof n === 'number' ? { n: n + 1 } : {}) };
  for (const [variables, byCode] of [[asked.variables, 'coded'] as const, [more, 'together'] as const]) {
    supergraph.begin();
    const expected = await supergraph.expected(asked.text, variables);
    for (const way of ['general', byCode] as const) {
      state.misbehave = false;
      supergraph.begin();
      const right = await answer(variables, way);
      expect({ way, data: right.data }).toEqual({ way, data: expected.data });
      expect({ way, emptied: emptied(right) }).toEqual({ way, emptied: emptied(expected) });
      state.misbehave = true;
      supergraph.begin();
      const partial = await answer(variables, way);
      const told = new Set(emptied(partial));
      const untold = missing(partial.data, expected.data).filter((place) => !told.has(JSON.stringify(place)));
      expect({ way, untold }).toEqual({ way, untold: [] });
    }
  }
}

it(
  'an answer is that of plain graphql-js on one schema of all data; what subgraphs spoil is told at its place',
  { timeout },
  async () => {
    let left = documents;
    for (let seed = firstSeed; left > 0; seed += 1) {
      const supergraph = generatedSupergraph(seed);
      if (!supergraph) continue;
      const tried = engineOf(supergraph);
      const numRuns = Math.min(perSupergraph, left);
      left -= numRuns;
      const one = fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (each) => {
        const asked = randomDocument(supergraph.whole, new SeededRandom(each));
        await check(supergraph, tried, asked).catch((error: unknown) => {
          const sdls = [...supergraph.sdls].map(([name, sdl]) => `# ${name}\n${sdl}`).join('\n');
          throw new Error(`supergraph ${seed}\n${sdls}\n${asked.text}\n${JSON.stringify(asked.variables)}`, {
            cause: error,
          });
        });
      });
      await fc.assert(one, { numRuns, seed, endOnFailure: true });
    }
    // Half of the answers are spoiled; of the others about half are as their plans have them, fewer by some draws.
    expect(coded.whole).toBeGreaterThan(coded.all / 8);
  },
);
