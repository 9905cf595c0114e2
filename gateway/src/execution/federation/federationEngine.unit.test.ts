import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type ExecutionResult, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { buildGraph } from '../../graph/graph.ts';
import { createEngine, type Engine } from '../engine.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const sdls = {
  counts: `${link} type Query { count: Int holders: [[Holder!]!]! } type Holder { query: Query! } type Mutation { up: Int box: Box } type Box @key(fields: "id") { id: ID! count: Int }`,
  boxes: `${link} type Query { heaviest: Box heavy(by: Int!): Int } type Mutation { down(by: Int): Int } type Box @key(fields: "id") { id: ID! weight: Int! }`,
};
let count = 0;
const resolvers = {
  counts: {
    Query: { count: () => count, holders: () => [[{ query: {} }, { query: {} }], [{ query: {} }]] },
    Mutation: { up: () => (count += 1), box: () => ({ id: '1', count }) },
  },
  boxes: {
    Query: {
      heaviest: () => ({ id: '1', weight: 7 }),
      heavy: () => {
        throw new Error('too heavy');
      },
    },
    Mutation: { down: (_: unknown, { by }: { by: number }) => (count -= by) },
    Box: { __resolveReference: () => ({ id: '1', weight: 7 }) },
  },
};
const log = pino({ level: 'silent' });

function engineFor(parts: Readonly<Record<string, string>>, of: Readonly<Record<string, object>>): Engine {
  const composed = composeServices(
    Object.entries(parts).map(([name, sdl]) => ({ name, url: `http://localhost/${name}`, typeDefs: parse(sdl) })),
  );
  return createEngine(
    'own',
    buildGraph(composed.supergraphSdl!),
    (name) => {
      const schema = buildSubgraphSchema({ typeDefs: parse(parts[name]!), resolvers: of[name] as never });
      return async ({ query, variables }) => graphql({ schema, source: query, variableValues: variables });
    },
    log,
  );
}

const engine = engineFor(sdls, resolvers);

async function answer(text: string, by = engine): Promise<ExecutionResult> {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions[0] as OperationDefinitionNode;
  const plan = by.plan(document, operation);
  const context = {
    authorizationFor: () => Promise.resolve(undefined),
    traceparent: '',
    freshness: '',
    deadline: Date.now() + 60_000,
  };
  const result = await by.execute({
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

beforeEach(() => {
  count = 0;
});

it('carries out a mutation as often as the client says, in its order, over all subgraphs', async () => {
  expect(
    await answer('mutation { a: up b: up c: down(by: 1) d: up e: box { count weight } f: down(by: 2) g: down(by: 2) }'),
  ).toEqual({ data: { a: 1, b: 2, c: 1, d: 2, e: { count: 2, weight: 7 }, f: 0, g: -2 } });
});

it('merges what fragments ask of the schema, and answers in the order of the document', async () => {
  const text = `{ a: __schema { queryType { name } } ...F t: __type(name: "Box") { name } }
    fragment F on Query { a: __schema { queryType { kind } } count }`;
  const { data } = await answer(text);
  expect(data).toEqual({ a: { queryType: { name: 'Query', kind: 'OBJECT' } }, count: 0, t: { name: 'Box' } });
  expect(Object.keys(data!)).toEqual(['a', 'count', 't']);
});

it('answers for the root wherever it stands within an answer, each time', async () => {
  const { data, errors } = await answer('{ holders { query { heaviest { weight } heavy(by: 1) } } }');
  const query = { heaviest: { weight: 7 }, heavy: null };
  expect(data).toEqual({ holders: [[{ query }, { query }], [{ query }]] });
  expect(errors?.map(({ path }) => path)).toEqual(
    [
      [0, 0],
      [0, 1],
      [1, 0],
    ].map((place) => ['holders', ...place, 'query', 'heavy']),
  );
});

it('asks of an interface object what nothing is required for, whatever is asked of one of its types besides', async () => {
  const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
    import: ["@key", "@requires", "@external", "@interfaceObject"])`;
  const media = [
    { __typename: 'Book', id: 'b', title: 'a book', pages: 1 },
    { __typename: 'Film', id: 'f', title: 'a film', minutes: 2 },
  ];
  const library = engineFor(
    {
      media: `${head} type Query { all: [Media!]! } interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int }
        type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int }`,
      reviews: `${head} type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int title: String @external
        loud: String @requires(fields: "title") }`,
    },
    {
      media: { Query: { all: () => media } },
      reviews: {
        Media: {
          __resolveReference: (known: object) => known,
          stars: () => 5,
          loud: ({ title }: { title: string }) => title.toUpperCase(),
        },
      },
    },
  );
  expect(await answer('{ all { ... on Book { pages } ... on Film { loud } stars } }', library)).toEqual({
    data: {
      all: [
        { pages: 1, stars: 5 },
        { loud: 'A FILM', stars: 5 },
      ],
    },
  });
});
