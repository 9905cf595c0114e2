import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type GraphQLError, type OperationDefinitionNode } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '#gateway/execution/engine.ts';
import { buildGraph } from '#gateway/graph/graph.ts';
import type { Merge } from '../compose/composeChannel.ts';
import { composeContract, composeGraph } from '../compose/composeGraph.ts';
import { describeStreams } from '../compose/describeStreams.ts';
import { quickMerge } from '../compose/quickMerge.ts';
import { compositionOf, reviewPatched, type Patch } from './testing/patchedSystem.ts';

// The recipe of docs/schema-review.md, for `Store.pauseReason`, which moves from stores to orders.
const stores = 'subgraphs/stores/schema.graphql';
const orders = 'subgraphs/orders/schema.graphql';
const tags = '@tag(name: "mobile") @tag(name: "web") @tag(name: "partner") @tag(name: "kiosk") @tag(name: "staff")';
const description = '"The staff\'s explanation of the pause, to be shown to guests. Null while orders are taken."';

/** What orders declares; the first line of its `Store` says that anyone may ask for it, as stores does. */
const declared = (override: string): Patch[] => [
  {
    file: orders,
    within: '"A restaurant of the chain."',
    from: 'type Store @key(fields: "id") {\n',
    to: `type Store @key(fields: "id") @anyone(fields: "pauseReason") {\n  ${description}\n  pauseReason: String ${override} ${tags}\n`,
  },
];
const dropped: Patch[] = [
  { file: stores, within: 'type Store\n', from: `  ${description}\n  pauseReason: String ${tags}\n`, to: '\n' },
  { file: stores, within: 'type Store\n', from: 'acceptingOrders pauseReason version', to: 'acceptingOrders version' },
];

const override = (label?: string): string =>
  `@override(from: "stores"${label === undefined ? '' : `, label: "${label}"`})`;

const steps: readonly (readonly [what: string, patches: readonly Patch[], sharesOfOrders: number])[] = [
  ['before', [], 0],
  ['orders declares it, for nobody yet', declared(override('percent(0)')), 0],
  ['a quarter of the callers is answered by orders', declared(override('percent(25)')), 0.25],
  ['half of the callers', declared(override('percent(50)')), 0.5],
  ['all callers, and one line would take it back', declared(override('percent(100)')), 1],
  ['all callers, without a label', declared(override()), 1],
  ['stores drops it', [...declared(override()), ...dropped], 1],
  ['orders drops the override', [...declared(''), ...dropped], 1],
];

describe.each(steps)('moving a field: %s', (_what, patches, share) => {
  let engine: Engine;
  let asked: string[] = [];

  beforeAll(() => {
    // The others neither declare the field nor answer the query.
    const sources = compositionOf(patches, []).sources.filter(({ name }) => ['stores', 'orders'].includes(name));
    const graph = buildGraph(composeGraph('stores and orders', describeStreams(sources)));
    engine = createEngine(
      'own',
      graph,
      (name) => {
        const document = sources.find((source) => source.name === name)!.document;
        const schema = buildSubgraphSchema({ typeDefs: document, resolvers: resolvers(name) as never });
        return async ({ query, variables }) => graphql({ schema, source: query, variableValues: variables });
      },
      pino({ level: 'silent' }),
    );
    function resolvers(name: string) {
      const pauseReason = () => {
        asked.push(name);
        return 'The grill is being cleaned.';
      };
      const has = name === 'orders' ? patches.length > 0 : !patches.includes(dropped[0]!);
      return {
        Store: {
          __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Burger Town' }),
          ...(has && { pauseReason }),
        },
        ...(name === 'stores' && {
          Query: { store: (_: unknown, { id }: { id: string }) => ({ id, name: 'Burger Town' }) },
        }),
      };
    }
  });

  it('passes the check: nothing changes for anybody', async () => {
    // Composition of one contract shows that the step composes; of the other only the outcome matters.
    const merge: Merge = (graph, sources) => (graph.endsWith(' kiosk') ? composeContract : quickMerge)(graph, sources);
    const { findings } = await reviewPatched(patches, ['kiosk', 'mobile'], { merge });
    expect(findings.map(({ severity, id, message }) => `${severity} ${id}: ${message}`)).toEqual([]);
  });

  it(`answers every caller the same, ${share * 100} % of them by orders`, async () => {
    asked = [];
    const callers = Array.from({ length: 200 }, (_, n) => `caller ${n}`);
    for (const caller of callers) expect(await ask(engine, caller)).toEqual({ data: answer });
    expect(asked).toHaveLength(callers.length);
    const byOrders = asked.filter((name) => name === 'orders').length / callers.length;
    expect(Math.abs(byOrders - share)).toBeLessThan(share % 1 === 0 ? 0.001 : 0.1);
  });
});

const answer = { store: { id: '1', name: 'Burger Town', pauseReason: 'The grill is being cleaned.' } };

async function ask(engine: Engine, callerKey: string): Promise<{ data?: unknown; errors?: readonly GraphQLError[] }> {
  const document = parse('{ store(id: "1") { id name pauseReason } }', { noLocation: true });
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
    callerKey,
    maxErrors: 10,
    context,
  });
  return JSON.parse(JSON.stringify(result)) as { data?: unknown };
}
