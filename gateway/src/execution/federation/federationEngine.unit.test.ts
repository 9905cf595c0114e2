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
  boxes: `${link} type Query { heaviest: Box heavy(by: Int!): Int } type Mutation { down(by: Int): Int drop: Int! } type Box @key(fields: "id") { id: ID! weight: Int! }`,
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
    Mutation: {
      down: (_: unknown, { by }: { by: number }) => (count -= by),
      drop: () => {
        throw new Error('it slipped');
      },
    },
    Box: { __resolveReference: () => ({ id: '1', weight: 7 }) },
  },
};
const log = pino({ level: 'silent' });

type Change = (data: Record<string, unknown>) => void;

/** @param changed changes what a subgraph answers */
function engineFor(
  parts: Readonly<Record<string, string>>,
  of: Readonly<Record<string, object>>,
  changed: Readonly<Record<string, Change>> = {},
): Engine {
  const composed = composeServices(
    Object.entries(parts).map(([name, sdl]) => ({ name, url: `http://localhost/${name}`, typeDefs: parse(sdl) })),
  );
  return createEngine(
    'own',
    buildGraph(composed.supergraphSdl!),
    (name) => {
      const schema = buildSubgraphSchema({ typeDefs: parse(parts[name]!), resolvers: of[name] as never });
      return async ({ query, variables }) => {
        const result = await graphql({ schema, source: query, variableValues: variables });
        if (result.data) changed[name]?.(result.data);
        return result;
      };
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

it('does no more of a mutation once there can be no answer to it', async () => {
  const { data, errors } = await answer('mutation { a: up b: drop c: up d: down(by: 5) }');
  expect(data).toBeNull();
  expect(errors?.map(({ message, path }) => [message, path])).toEqual([['it slipped', ['b']]]);
  expect(count).toBe(1);
});

it('takes from a subgraph only what it was asked for, whatever else it answers', async () => {
  const talkative = engineFor(sdls, resolvers, {
    boxes: ({ _entities: [box] = [] }: { _entities?: object[] }) => box && Object.assign(box, { id: '99', count: 99 }),
  });
  expect(await answer('mutation { box { id count weight } }', talkative)).toEqual({
    data: { box: { id: '1', count: 0, weight: 7 } },
  });
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

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8",
  import: ["@key", "@requires", "@external", "@interfaceObject", "@shareable", "@context", "@fromContext"])`;
const itself = (known: object) => known;

it('asks of an interface object what nothing is required for, whatever is asked of one of its types besides', async () => {
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
          __resolveReference: itself,
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

it('tells each field the context that it selects, where several select parts of one object', async () => {
  const user = { id: 'u', settings: { currency: 'EUR', languages: ['de', 'en'] }, account: { id: 'a' } };
  const bank = engineFor(
    {
      bank: `${head} type Query { user: User } type Settings { currency: String languages: [String] }
        type User @key(fields: "id") @context(name: "user") { id: ID! settings: Settings! account: Account }
        type Account @key(fields: "id") { id: ID!
          balance(currency: String @fromContext(field: "$user { settings { currency } }")): String
          letters(languages: [String] @fromContext(field: "$user { settings { languages } }")): Int }`,
      other: `${head} type Account @key(fields: "id") { id: ID! opened: Int }`,
    },
    {
      bank: {
        Query: { user: () => user },
        Account: {
          __resolveReference: itself,
          balance: (_: unknown, { currency }: { currency: string }) => `5 ${currency}`,
          letters: (_: unknown, { languages }: { languages: string[] }) => languages.length,
        },
      },
    },
  );
  expect(await answer('{ user { settings: id account { balance letters } } }', bank)).toEqual({
    data: { user: { settings: 'u', account: { balance: '5 EUR', letters: 2 } } },
  });
});

it('tells what is required of each type of an object, where all are fields of one name', async () => {
  const places = [
    { id: '1', near: { __typename: 'Shop', id: 's' } },
    { id: '2', near: { __typename: 'Station', id: 't' } },
  ];
  const map = engineFor(
    {
      places: `${head} type Query { places: [Place!]! } type Place @key(fields: "id") { id: ID! near: Near }
        union Near = Shop | Station type Shop { far(by: Int): Int } type Station { far(by: Int): String }`,
      labels: `${head} union Near = Shop | Station type Shop @external { far(by: Int): Int }
        type Station @external { far(by: Int): String } type Place @key(fields: "id") { id: ID! near: Near @external
          label: String @requires(fields: "near { ... on Shop { far(by: 1) } ... on Station { far(by: 2) } }") }`,
    },
    {
      places: {
        Query: { places: () => places },
        Shop: { far: (_: unknown, { by }: { by: number }) => by },
        Station: { far: (_: unknown, { by }: { by: number }) => `${by} km` },
      },
      labels: {
        Place: {
          __resolveReference: itself,
          label: ({ near }: { near: { far: unknown } }) => JSON.stringify(near.far),
        },
      },
    },
  );
  expect(await answer('{ places { label } }', map)).toEqual({
    data: { places: [{ label: '1' }, { label: '"2 km"' }] },
  });
});

it('takes a context from an object that was asked for by an interface, which is none', async () => {
  const people = [
    { __typename: 'Staff', id: 's', currency: 'EUR' },
    { __typename: 'Guest', id: 'g', currency: 'USD' },
  ];
  const bank = engineFor(
    {
      bank: `${head} type Query { people: [Person!]! } interface Person { id: ID! account: Account }
        type Staff implements Person @key(fields: "id") @context(name: "owner") { id: ID! currency: String account: Account }
        type Guest implements Person @key(fields: "id") @context(name: "owner") { id: ID! currency: String account: Account }
        type Account @key(fields: "id") { id: ID! inner: Account
          balance(times: Int, in: String @fromContext(field: "$owner ... on Staff { currency } ... on Guest { currency }")): String }`,
      other: `${head} type Account @key(fields: "id") { id: ID! note: String }`,
    },
    {
      bank: {
        Query: { people: () => people },
        Person: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Staff: { account: () => ({ id: 'a' }) },
        Guest: { account: () => ({ id: 'b' }) },
        Account: {
          __resolveReference: itself,
          inner: ({ id }: { id: string }) => ({ id: `${id}'` }),
          balance: ({ id }: { id: string }, given: { times?: number; in: string }) =>
            `${id} ${given.in} ${given.times ?? 1}`,
        },
      },
      other: { Account: { __resolveReference: itself, note: () => 'noted' } },
    },
  );
  const text =
    '{ people { __typename currency: id ...F } } fragment F on Person { account { b: balance note inner { balance(times: 2) } } }';
  expect(await answer(text, bank)).toEqual({
    data: {
      people: [
        {
          __typename: 'Staff',
          currency: 's',
          account: { b: 'a EUR 1', note: 'noted', inner: { balance: "a' EUR 2" } },
        },
        {
          __typename: 'Guest',
          currency: 'g',
          account: { b: 'b USD 1', note: 'noted', inner: { balance: "b' USD 2" } },
        },
      ],
    },
  });
});

it('asks the interface for what an interface object requires something for, where a client asks it of one type only', async () => {
  const media = [
    { __typename: 'Book', id: 'b', title: null },
    { __typename: 'Film', id: 'f', title: 'a film' },
  ];
  const library = engineFor(
    {
      lists: `${head} type Query { all: [Media!]! } type Media @key(fields: "id") @interfaceObject { id: ID! }`,
      media: `${head} interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String }
        type Film implements Media @key(fields: "id") { id: ID! title: String }`,
      reviews: `${head} type Media @key(fields: "id") @interfaceObject { id: ID! title: String @external
        loud: String @requires(fields: "title") }`,
    },
    {
      lists: { Query: { all: () => media.map(({ id }) => ({ id })) }, Media: { __resolveReference: itself } },
      media: {
        Media: { __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id) },
        Book: { __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id) },
        Film: { __resolveReference: ({ id }: { id: string }) => media.find((each) => each.id === id) },
      },
      reviews: {
        Media: {
          __resolveReference: itself,
          loud: ({ title }: { title: string | null }) => {
            if (title === null) throw new Error('nothing to say');
            return title.toUpperCase();
          },
        },
      },
    },
  );
  expect(await answer('{ all { id ... on Film { loud: title noise: loud } } }', library)).toEqual({
    data: { all: [{ id: 'b' }, { id: 'f', loud: 'a film', noise: 'A FILM' }] },
  });
  // What fails of a type that the client does not ask it of is no error of the answer; what it asks twice, is one.
  const { errors } = await answer('{ all { id ... on Book { noise: loud } loud } }', library);
  expect(errors?.map(({ path }) => path)).toEqual([
    ['all', 0, 'noise'],
    ['all', 0, 'loud'],
  ]);
});

it('asks nobody for what is external to them, at any depth of a value type', async () => {
  const shop = engineFor(
    {
      library: `${head} type Query { books: [Listing!]! } type Listing @key(fields: "id") { id: ID! edition: Edition! @shareable }
        type Edition { isbn: ID! @shareable book: Book! } type Book { number: Int! }`,
      advice: `${head} type Query { advised: Listing }
        type Listing @key(fields: "id") { id: ID! edition: Edition! @shareable
          advice: String @requires(fields: "edition { book { number } }") }
        type Edition { isbn: ID! @shareable book: Book! @external } type Book { number: Int! @external }`,
    },
    {
      library: {
        Query: { books: () => [{ id: '1' }] },
        Listing: { __resolveReference: itself, edition: () => ({ isbn: 'i', book: { number: 7 } }) },
      },
      advice: {
        Query: { advised: () => ({ id: '1' }) },
        Listing: {
          __resolveReference: itself,
          edition: () => ({ isbn: 'i' }),
          advice: ({ edition }: { edition?: { book?: { number: number } } }) => `take ${edition?.book?.number}`,
        },
      },
    },
  );
  expect(await answer('{ books { advice } advised { edition { isbn book { number } } } }', shop)).toEqual({
    data: { books: [{ advice: 'take 7' }], advised: { edition: { isbn: 'i', book: { number: 7 } } } },
  });
});

it('says that an operation cannot be planned, and why', async () => {
  const nodes = engineFor(
    {
      a: `${head} type Query { node: Node @shareable } interface Node { id: ID! }
        type Writer implements Node @key(fields: "id") { id: ID! name: String }
        type Letter implements Node @key(fields: "id") { id: ID! @external writer: Writer }`,
      b: `${head} type Query { node: Node @shareable } interface Node { id: ID! }
        type Writer implements Node @key(fields: "id") { id: ID! @external letters: [Letter] }
        type Letter implements Node @key(fields: "id") { id: ID! text: String }`,
    },
    { a: {}, b: {} },
  );
  const { data, errors } = await answer('{ node { id } }', nodes);
  expect(data).toBeNull();
  expect(errors).toEqual([
    {
      message: expect.stringMatching(/^The planner found no way to ask the subgraphs for this: .*\bid\b/) as string,
      extensions: { code: 'QUERY_PLANNING_FAILED' },
    },
  ]);
});
