import { composeServices } from '@apollo/composition';
import { parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { parseJson } from '../../documents/parseJson.ts';
import { buildGraph } from '../../graph/graph.ts';
import { createEngine } from '../engine.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7")
  type Query { text: String other: String box: Box boxes: [Box] grid: [[Int!]!] } type Box { count: Int }`;
const graph = buildGraph(
  composeServices([{ name: 'only', url: 'http://localhost/only', typeDefs: parse(sdl) }]).supergraphSdl!,
);

/** What the engine makes of a document when its only subgraph answers with this JSON. */
async function answer(text: string, json: string): Promise<ExecutionResult> {
  const came = parseJson(json, { trusted: true }) as ExecutionResult;
  const engine = createEngine('own', graph, () => () => Promise.resolve(came), pino({ level: 'silent' }));
  const document = parse(text, { noLocation: true });
  const operation = document.definitions[0] as OperationDefinitionNode;
  const context = {
    authorizationFor: () => Promise.resolve(undefined),
    traceparent: '',
    freshness: '',
    deadline: Number.POSITIVE_INFINITY,
  };
  const plan = engine.plan(document, operation);
  const result = await engine.execute({
    plan,
    document,
    operation,
    variables: {},
    callerKey: 'someone',
    maxErrors: 100,
    context,
  });
  return JSON.parse(JSON.stringify(result)) as ExecutionResult;
}

const pathsOf = ({ errors }: ExecutionResult) => errors?.map(({ path }) => path);

it('takes a number for no object, however many digits it has', async () => {
  const digits = '12345678901234567890';
  const result = await answer(
    '{ box { count } boxes { __typename } }',
    `{"data":{"box":${digits},"boxes":[${digits}]}}`,
  );
  expect(result.data).toEqual({ box: null, boxes: [null] });
  expect(pathsOf(result)).toEqual([['box'], ['boxes', 0]]);
});

it('says of a field that an answer leaves out without an error that it is missing', async () => {
  const result = await answer('{ text alias: other box { __typename } }', '{"data":{"text":null}}');
  expect(result.data).toEqual({ text: null, alias: null, box: null });
  expect(pathsOf(result)).toEqual([['alias'], ['box']]);
});

it('tells an error of an unknown place, where there is no data, at every place that was asked', async () => {
  const json = '{"data":null,"errors":[{"message":"broken","path":["nowhere",3]}]}';
  const result = await answer('{ text alias: other }', json);
  expect(result.data).toEqual({ text: null, alias: null });
  expect(pathsOf(result)).toEqual([['text'], ['alias']]);
});

it('tells an error of an unknown place beside data once, and takes nothing away', async () => {
  const result = await answer('{ text }', '{"data":{"text":"x"},"errors":[{"message":"odd","path":["nowhere",3]}]}');
  expect(result.data).toEqual({ text: 'x' });
  expect(result.errors).toHaveLength(1);
});

it('tells an error within a list of lists that is gone at the element that failed', async () => {
  const json = '{"data":{"grid":null},"errors":[{"message":"broken","path":["grid",2,1]}]}';
  const result = await answer('{ grid }', json);
  expect(result.data).toEqual({ grid: null });
  expect(pathsOf(result)).toEqual([['grid', 2, 1]]);
});
