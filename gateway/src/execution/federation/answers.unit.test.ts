import { composeServices } from '@apollo/composition';
import { parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts';
import { parseJson } from '../../documents/parseJson.ts';
import { buildGraph, type Graph } from '../../graph/graph.ts';
import { createSubgraphFetch } from '../dataSources/createSubgraphFetch.ts';
import { createEngine } from '../engine.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7")
  type Query { text: String other: String box: Box boxes: [Box] grid: [[Int!]!] nodes: [Node] }
  interface Node { name: String } type Box implements Node { name: String count: Int inner: Box } type Jar implements Node { name: String lid: Boolean }`;
const graph = graphOf({ only: sdl });
const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@requires", "@external"])';
const entityGraph = graphOf({
  first: `${link} type Query { wares: [Ware] } type Ware @key(fields: "id") { id: ID! size: Size } type Size { width: Int }`,
  second: `${link} type Ware @key(fields: "id") { id: ID! size: Size @external price: Int tags: [String] part: Part
    weight: Int @requires(fields: "size { width }") } type Size { width: Int @external } type Part { number: Int! name: String }`,
});

function graphOf(sdls: Readonly<Record<string, string>>): Graph {
  const services = Object.entries(sdls).map(([name, text]) => ({
    name,
    url: `http://localhost/${name}`,
    typeDefs: parse(text),
  }));
  return buildGraph(composeServices(services).supergraphSdl!);
}

/** What the engine makes of a document when its only subgraph answers with this JSON. */
const answer = (text: string, json: string): Promise<ExecutionResult> => run(graph, text, { only: json });

/** The same of a list of wares whose prices and so on a second subgraph has. */
const answerOfBoth = (text: string, first: string, second: string): Promise<ExecutionResult> =>
  run(entityGraph, text, { first, second });

async function run(tried: Graph, text: string, answers: Readonly<Record<string, string>>): Promise<ExecutionResult> {
  const log = pino({ level: 'silent' });
  const engine = createEngine(
    'own',
    tried,
    (name) =>
      createSubgraphFetch(
        name,
        () => Promise.resolve(parseJson(answers[name]!, { trusted: true }) as ExecutionResult),
        log,
        { counting: { metrics, channel: 'tried' } },
      ),
    log,
  );
  const document = parse(text, { noLocation: true });
  const operation = document.definitions[0] as OperationDefinitionNode;
  const context = {
    authorizationFor: () => Promise.resolve(undefined),
    traceparent: '',
    freshness: '',
    deadline: Date.now() + 60_000,
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

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics({ process: false });
});
const failures = async (subgraph: string): Promise<string[]> =>
  [...(await metrics.text()).matchAll(/subgraph_fetches_total\{(.*)\} [1-9]/g)].flatMap(([, labels]) =>
    labels!.includes(`subgraph="${subgraph}"`) ? [/outcome="(\w+)"/.exec(labels!)![1]!] : [],
  );
const codesOf = ({ errors }: ExecutionResult) => [...new Set(errors?.map(({ extensions }) => extensions['code']))];

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

it('takes whole numbers for integers however they are written, and keeps the digits of others', async () => {
  const { data, errors } = await answer('{ box { count } grid }', '{"data":{"box":{"count":1.0},"grid":[[1e2,-0]]}}');
  expect(JSON.stringify({ data, errors })).toBe('{"data":{"box":{"count":1},"grid":[[100,0]]}}');
  const fractions = await answer('{ grid }', '{"data":{"grid":[[1.50]]}}');
  expect(pathsOf(fractions)).toEqual([['grid', 0, 0]]);
});

it('takes errors that are null for none', async () => {
  expect(await answer('{ text }', '{"data":{"text":"x"},"errors":null}')).toEqual({ data: { text: 'x' } });
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

it.each([
  ['{ text }', '{"data":{"text":null},"errors":[{"message":"broken","path":["text",4,"more"]}]}', ['text']],
  ['{ grid }', '{"data":{"grid":null},"errors":[{"message":"broken","path":["grid",0,1,2]}]}', ['grid', 0, 1]],
  ['{ box { name } }', '{"data":{"box":null},"errors":[{"message":"broken","path":["box",0,"name"]}]}', ['box']],
])('tells an error beyond what its type has as far as there is something: %s', async (text, json, path) => {
  expect(pathsOf(await answer(text, json))).toEqual([path]);
});

describe('what a subgraph leaves out, or sends in another type, without a word', () => {
  it('is told below the root, at each place, and counted', async () => {
    const result = await answer(
      '{ b: box { number: count inner { count name } } nodes { name ... on Box { count } ... on Jar { lid } } }',
      `{"data":{"box":{"inner":{"name":"x"}},
        "nodes":[{"__typename":"Box","name":"a"},null,{"__typename":"Jar","name":"b","lid":7},{"__typename":"Jar","lid":true}]}}`,
    );
    expect(result.data).toEqual({
      b: { number: null, inner: { count: null, name: 'x' } },
      nodes: [{ name: 'a', count: null }, null, { name: 'b', lid: null }, { name: null, lid: true }],
    });
    expect(pathsOf(result)).toEqual([
      ['b', 'number'],
      ['b', 'inner', 'count'],
      ['nodes', 0, 'count'],
      ['nodes', 2, 'lid'],
      ['nodes', 3, 'name'],
    ]);
    expect(codesOf(result)).toEqual(['SUBGRAPH_ANSWER_INVALID']);
    expect(await failures('only')).toEqual(['invalid']);
  });

  it('is told of the elements of lists that are wrong, and the others stand', async () => {
    const result = await answer('{ grid boxes { count } }', '{"data":{"grid":[[1,"2"],[3]],"boxes":[{"count":1},[]]}}');
    expect(result.data).toEqual({ grid: null, boxes: [{ count: 1 }, null] });
    expect(pathsOf(result)).toEqual([
      ['grid', 0, 1],
      ['boxes', 1],
    ]);
    expect(await failures('only')).toEqual(['invalid']);
  });

  it('is nothing that the subgraph itself explains', async () => {
    const json = '{"data":{"box":{"inner":{}}},"errors":[{"message":"no count","path":["box","inner","count"]}]}';
    const result = await answer('{ box { inner { count } } }', json);
    expect(result.errors?.map(({ message, path }) => [message, path])).toEqual([
      ['no count', ['box', 'inner', 'count']],
    ]);
  });
});

describe('an answer for entities', () => {
  const wares = '{"data":{"wares":[{"__typename":"Ware","id":"1"},{"__typename":"Ware","id":"2"}]}}';
  const priceOf = (index: number) => ['wares', index, 'price'];

  it.each(['{"data":{"_entities":[{"price":1}]}}', '{"data":{}}', '{"data":{"_entities":[{},{},{}]}}'])(
    'that has not as many as were asked for is told at each of them: %s',
    async (json) => {
      const result = await answerOfBoth('{ wares { id price } }', wares, json);
      expect(result.data).toEqual({
        wares: [
          { id: '1', price: null },
          { id: '2', price: null },
        ],
      });
      expect(pathsOf(result)).toEqual([priceOf(0), priceOf(1)]);
      expect(codesOf(result)).toEqual(['SUBGRAPH_ANSWER_INVALID']);
      expect([await failures('first'), await failures('second')]).toEqual([['ok'], ['invalid']]);
    },
  );

  it.each([
    ['one that is of another type', '7'],
    ['one that leaves out what was asked', '{"tags":[],"part":null}'],
    ['one with a value of another type', '{"price":"dear","tags":[],"part":null}'],
  ])('holds beside %s', async (_, broken) => {
    const json = `{"data":{"_entities":[{"price":1,"tags":["a"],"part":{"number":1,"name":null}},${broken}]}}`;
    const result = await answerOfBoth('{ wares { price tags part { number name } } }', wares, json);
    const { wares: answered } = result.data as { wares: unknown[] };
    expect(answered[0]).toEqual({ price: 1, tags: ['a'], part: { number: 1, name: null } });
    expect(answered[1]).toMatchObject({ price: null, part: null });
    expect(pathsOf(result)).toContainEqual(priceOf(1));
    expect(await failures('second')).toEqual(['invalid']);
  });

  it('has its error where the index is a text, as some servers write it', async () => {
    const json = '{"data":{"_entities":[{"price":1},null]},"errors":[{"message":"gone","path":["_entities","1"]}]}';
    const result = await answerOfBoth('{ wares { price } }', wares, json);
    expect(result.data).toEqual({ wares: [{ price: 1 }, { price: null }] });
    expect(pathsOf(result)).toEqual([priceOf(1)]);
  });

  it('that is null leaves nulls without an error, for nobody knows it', async () => {
    const result = await answerOfBoth('{ wares { price } }', wares, '{"data":{"_entities":[{"price":1},null]}}');
    expect(result).toEqual({ data: { wares: [{ price: 1 }, { price: null }] } });
    expect(await failures('second')).toEqual(['ok']);
  });

  it('is not asked for with what is of another type, which is told', async () => {
    const first = '{"data":{"wares":[{"__typename":"Ware","id":"1","size":{"width":"wide"}}]}}';
    const result = await answerOfBoth('{ wares { weight } }', first, '{"data":{"_entities":[]}}');
    expect(result.data).toEqual({ wares: [{ weight: null }] });
    expect(pathsOf(result)).toEqual([['wares', 0, 'weight']]);
    expect([await failures('first'), await failures('second')]).toEqual([['invalid'], []]);
  });

  it('lacks a field that may not be null: its object is null, and the entity holds', async () => {
    const json = '{"data":{"_entities":[{"part":{"name":"n"}},{"part":{"number":2,"name":"m"}}]}}';
    const result = await answerOfBoth('{ wares { part { name number } } }', wares, json);
    expect(result.data).toEqual({ wares: [{ part: null }, { part: { name: 'm', number: 2 } }] });
    expect(pathsOf(result)).toEqual([['wares', 0, 'part', 'number']]);
  });
});
