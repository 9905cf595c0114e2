import { composeServices } from '@apollo/composition';
import { parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { beforeEach, expect, it, vi } from 'vitest';
import type { SubgraphHeaders, SubgraphRequest } from '#platform/subgraph/execution.ts';
import { buildGraph } from '../../../graph/graph.ts';
import { createSubgraphFetch } from '../../dataSources/createSubgraphFetch.ts';
import type { PlanExecution } from '../../engine.ts';
import { createFederationEngine } from '../federationEngine.ts';
import { SharedCodes } from './generateCode.ts';
import { PlanWork } from './planWork.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const sdls = {
  lists: `${link} type Query { one: [Item!]! two: [Item!]! } type Item @key(fields: "id") { id: ID! }`,
  items: `${link} type Item @key(fields: "id") { id: ID! name: String price: Float label(word: String): String }`,
};
const graph = buildGraph(
  composeServices(
    Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://localhost/${name}`, typeDefs: parse(sdl) })),
  ).supergraphSdl!,
);

let asked: (SubgraphRequest & { subgraph: string; authorization: string | undefined })[] = [];
/** What `items` answers. */
let answer: (request: (typeof asked)[number]) => string;
const usualLists =
  '{"data":{"one":[{"__typename":"Item","id":"1"},{"__typename":"Item","id":"é"}],"two":[{"__typename":"Item","id":"é"}]}}';
/** What the other subgraph answers. */
let lists = usualLists;

const engine = createFederationEngine(
  graph,
  (subgraph) =>
    createSubgraphFetch(
      subgraph,
      Object.assign(() => Promise.reject(new Error('it is asked for bytes')), {
        bytes: ({ body }: { readonly body: Buffer }, { authorization }: SubgraphHeaders) => {
          const request = { ...(JSON.parse(body.toString()) as SubgraphRequest), subgraph, authorization };
          asked.push(request);
          return Promise.resolve(Buffer.from(subgraph === 'lists' ? lists : answer(request)));
        },
      }),
      pino({ level: 'silent' }),
    ),
  pino({ level: 'silent' }),
  { codedAtRun: 1 },
);

interface Came {
  readonly isCoded: boolean;
  readonly text: string;
  readonly result: ExecutionResult;
}

async function run(text: string): Promise<Came> {
  const [came] = await runTogether(text, [{}]);
  return came!;
}

/** Runs a document at once for several callers, each with variables and a token for `items` of its own. */
function runTogether(
  text: string,
  callers: readonly { readonly variables?: Record<string, unknown>; readonly token?: string }[],
): Promise<Came[]> {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions[0] as OperationDefinitionNode;
  const execution = {
    plan: engine.plan(document, operation),
    document,
    operation,
    callerKey: 'someone',
    maxErrors: 100,
  };
  return Promise.all(callers.map(({ variables = {}, token }) => runOne({ ...execution, variables }, token)));
}

async function runOne(execution: Omit<PlanExecution, 'context'>, token: string | undefined): Promise<Came> {
  const came = await engine.answer!({
    ...execution,
    context: {
      authorizationFor: (subgraph) => Promise.resolve(subgraph === 'items' ? token : undefined),
      traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
      freshness: '',
      deadline: Date.now() + 60_000,
    },
  });
  const json = Buffer.isBuffer(came) ? came.toString() : JSON.stringify(came);
  return { isCoded: Buffer.isBuffer(came), text: json, result: JSON.parse(json) as ExecutionResult };
}

beforeEach(() => {
  vi.restoreAllMocks();
  asked = [];
  lists = usualLists;
});

it('asks a subgraph once for two places, tells each entity once, and gives digits and letters as they came', async () => {
  answer = () =>
    '{"data":{"_entities":[{"name":"A","price":1.10},{"name":"\\u00fc ü","price":12345678901234567890}]}}\n';
  const { isCoded, text } = await run('{ one { n: name price } two { n: name price } }');
  expect(isCoded).toBe(true);
  expect(text).toBe(
    '{"data":{"one":[{"n":"A","price":1.10},{"n":"\\u00fc ü","price":12345678901234567890}],"two":[{"n":"\\u00fc ü","price":12345678901234567890}]}}',
  );
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items']);
  expect(Object.values(asked[1]!.variables!)).toEqual([
    [
      { __typename: 'Item', id: '1' },
      { __typename: 'Item', id: 'é' },
    ],
  ]);
});

it('reads the bytes of a surprise in the general way, and asks nobody again', async () => {
  answer = () =>
    '{"data":{"_entities":[{"name":"A"},null]},"errors":[{"message":"unknown","path":["_entities",1],"extensions":{"code":"NOT_FOUND"}}]}';
  const { isCoded, result } = await run('{ one { name } two { name } }');
  expect(isCoded).toBe(false);
  expect(result.data).toEqual({ one: [{ name: 'A' }, { name: null }], two: [{ name: null }] });
  expect(result.errors?.map(({ path, message }) => [path, message])).toEqual([
    [['one', 1, 'name'], 'unknown'],
    [['two', 0, 'name'], 'unknown'],
  ]);
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items']);
});

it.each([
  ['white space between its parts', '{"data": {"_entities":[{"name":"A"},{"name":"B"}]}}', ['A', 'B']],
  ['a key that nobody asked for', '{"data":{"_entities":[{"name":"A","x":1},{"name":"B"}]}}', ['A', 'B']],
  ['a value of another type', '{"data":{"_entities":[{"name":"A"},{"name":2}]}}', ['A', null]],
  ['fewer entities', '{"data":{"_entities":[{"name":"A"}]}}', [null, null]],
  ['more entities', '{"data":{"_entities":[{"name":"A"},{"name":"B"},{"name":"C"}]}}', [null, null]],
])('an answer with %s is right, too, and asked for once', async (_, given, names) => {
  answer = () => given;
  const { result } = await run('{ one { name } }');
  expect((result.data as { one: { name: unknown }[] }).one.map(({ name }) => name)).toEqual(names);
  expect(asked).toHaveLength(2);
});

it('tells an error of an entity that nobody asked for', async () => {
  answer = () =>
    '{"data":{"_entities":[{"name":"A"},{"name":"B"}]},"errors":[{"message":"odd","path":["_entities",7,"name"]}]}';
  const { result } = await run('{ one { name } }');
  expect(result.data).toEqual({ one: [{ name: 'A' }, { name: 'B' }] });
  expect(result.errors?.map(({ message }) => message)).toEqual(['odd']);
});

it('writes requests and answers of any length', async () => {
  const item = (number: number) => ({ __typename: 'Item', id: `${number}`.padStart(300, '0') });
  const many = Array.from({ length: 20_000 }, (_, number) => item(number % 10_000));
  lists = JSON.stringify({ data: { one: many, two: many.slice(0, 1) } });
  const nameOf = ({ id }: { id: string }) => `${id.slice(-5)} `.repeat(30);
  answer = ({ variables }) =>
    JSON.stringify({
      data: {
        _entities: (Object.values(variables!)[0] as { id: string }[]).map((each) => ({ name: nameOf(each) })),
      },
    });
  const { isCoded, result } = await run('{ one { id name } two { name } }');
  expect(isCoded).toBe(true);
  expect(result.data).toEqual({
    one: many.map(({ id }) => ({ id, name: nameOf({ id }) })),
    two: [{ name: nameOf(many[0]!) }],
  });
  expect(Object.values(asked[1]!.variables!)[0]).toEqual(many.slice(0, 10_000));
});

it('runs documents that differ in what the client calls things by the same code, each in its own words', async () => {
  const codes = vi.spyOn(SharedCodes.prototype, 'of');
  lists = '{"data":{"one":[{"__typename":"Item","id":"1"},{"__typename":"Item","id":"é"}]}}';
  answer = () => '{"data":{"_entities":[{"name":"A"},{"name":"B"}]}}';
  const documents = ['{ one { n: name i: id } }', '{ one { aLongerName: name itsId: id } }'];
  const came = await Promise.all(documents.map(run));
  expect(came.map(({ isCoded, text }) => isCoded && text)).toEqual([
    '{"data":{"one":[{"n":"A","i":"1"},{"n":"B","i":"é"}]}}',
    '{"data":{"one":[{"aLongerName":"A","itsId":"1"},{"aLongerName":"B","itsId":"é"}]}}',
  ]);
  const [first, second] = codes.mock.results.map(({ value }) => value as object);
  expect(second).toBe(first);
});

const oneItem = '{"data":{"one":[{"__typename":"Item","id":"1"}]}}';

it('reads once what several get who ask for the same at once, and writes their answer once', async () => {
  lists = oneItem;
  answer = () => '{"data":{"_entities":[{"name":"A"}]}}';
  const read = vi.spyOn(PlanWork.prototype, 'take');
  const written = vi.spyOn(PlanWork.prototype, 'answer');
  const came = await runTogether('{ one { name } }', [{}, {}, {}]);
  expect(came.map(({ isCoded, text }) => isCoded && text)).toEqual(Array(3).fill('{"data":{"one":[{"name":"A"}]}}'));
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items']);
  expect(new Set(read.mock.contexts).size).toBe(1);
  expect(new Set(written.mock.results.map(({ value }) => value as Buffer)).size).toBe(1);
});

it('gives each the answer to its own token, and to its own variables, where only a later fetch depends on them', async () => {
  lists = oneItem;
  answer = ({ authorization }) => `{"data":{"_entities":[{"name":"for ${authorization}"}]}}`;
  const byToken = await runTogether('{ one { name } }', [{ token: 'a' }, { token: 'b' }, { token: 'a' }]);
  expect(byToken.map(({ isCoded, text }) => isCoded && text)).toEqual(
    ['a', 'b', 'a'].map((token) => `{"data":{"one":[{"name":"for ${token}"}]}}`),
  );
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items', 'items']);
  answer = ({ variables }) => `{"data":{"_entities":[{"label":${JSON.stringify(variables!['word'])}}]}}`;
  const byWord = await runTogether('query ($word: String) { one { label(word: $word) } }', [
    { variables: { word: 'a' } },
    { variables: { word: 'b' } },
  ]);
  expect(byWord.map(({ isCoded, text }) => isCoded && text)).toEqual(
    ['a', 'b'].map((word) => `{"data":{"one":[{"label":"${word}"}]}}`),
  );
});

it('shares what is in flight whatever an operation is called, and nothing else that differs', async () => {
  lists = oneItem;
  answer = ({ query }) => `{"data":{"_entities":[{"${query.includes('name') ? 'name' : 'price'}":null}]}}`;
  const documents = ['query A { one { name } }', 'query B { one { b: name } }', 'query A { one { price } }'];
  const came = await Promise.all(documents.map(run));
  expect(came.map(({ isCoded, text }) => isCoded && text)).toEqual(
    ['name', 'b', 'price'].map((key) => `{"data":{"one":[{"${key}":null}]}}`),
  );
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items', 'items']);
});

it('tells all who work together what is wrong with their answer, and those who do not, nothing of it', async () => {
  lists = oneItem;
  answer = ({ authorization }) =>
    authorization === 'a'
      ? '{"data":{"_entities":[{"name":"A"}]},"errors":[{"message":"odd","path":["_entities",0,"name"]}]}'
      : '{"data":{"_entities":[{"name":"A"}]}}';
  const tokens = ['a', 'b', 'a', 'b'];
  const came = await runTogether(
    '{ one { name } }',
    tokens.map((token) => ({ token })),
  );
  expect(came.map(({ isCoded }) => isCoded)).toEqual([false, true, false, true]);
  expect(came.map(({ result }) => result.errors?.map(({ message }) => message))).toEqual([
    ['odd'],
    undefined,
    ['odd'],
    undefined,
  ]);
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['lists', 'items', 'items']);
});
