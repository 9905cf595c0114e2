import { Writable } from 'node:stream';
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type GraphqlAnswer, type ServedChannel } from '../testkit/servedChannel.ts';

const engines = ['own', 'apollo'] as const;
const lines: Record<string, unknown>[] = [];
const log = pino(
  { level: 'warn' },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  }),
);
/** A subgraph that gives the same reason at each of two places, with a code that clients must not see. */
let oddSubgraph: string | undefined;
const oddReason = 'the same reason everywhere';
const oddAnswer = {
  data: { _entities: [null, null] },
  errors: [0, 1].map(
    (index) => new GraphQLError(oddReason, { path: ['_entities', index], extensions: { code: 'ODD' } }),
  ),
};
let parts: Fixture;
let channels: Record<(typeof engines)[number], ServedChannel>;
let order: { authorization: string };

beforeAll(async () => {
  const base = await fixture();
  parts = {
    ...base,
    log,
    subgraphCall: (name) => (request, headers) =>
      name === oddSubgraph ? Promise.resolve(oddAnswer) : base.subgraphCall(name)(request, headers),
  };
  parts.down.add('wares');
  parts.orders.set('lost', { id: 'lost', owner: 'someone', status: 'PLACED', version: 1, shop: 'gone' });
  const [own, apollo] = await Promise.all(
    engines.map((engine) => serveFixture(parts, { engine, manifest: { limits: { errors: 10 } } })),
  );
  channels = { own: own!, apollo: apollo! };
  order = { authorization: `Bearer ${await parts.token('customer')}` };
});
afterAll(() => Promise.all(Object.values(channels).map((each) => each.close())));

const aliased = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}:${field}`).join(' ');
const codes = ({ errors = [] }: GraphqlAnswer) => [...new Set(errors.map(({ extensions }) => extensions.code))];

it('are told at every place that a failed fetch left empty, as many as the channel allows', async () => {
  const ask = (count: number) => channels.own.post({ query: `{shops{${aliased(count, 'wares{title}')}}}` });
  const { body } = await ask(40);
  expect(body.errors).toHaveLength(11);
  expect(body.errors!.at(-1)).toEqual({
    message: '70 more errors are left out.',
    extensions: { code: 'ERRORS_LEFT_OUT' },
  });
  expect(codes(body)).toEqual(['SUBGRAPH_UNAVAILABLE', 'ERRORS_LEFT_OUT']);
  expect(Object.values(body.data.shops[1]).every((each) => each === null)).toBe(true);
  // As many as are allowed: nothing is left out.
  expect(codes((await ask(5)).body)).toEqual(['SUBGRAPH_UNAVAILABLE']);
});

it('empty what may not be null also where they are left out', async () => {
  const query = `{shops{${aliased(10, 'wares{title}')}} order(orderId:"lost"){id shop{name}}}`;
  const { body } = await channels.own.post({ query }, order);
  expect(body.data.order).toBeNull();
  expect(body.errors!.at(-1)!.extensions.code).toBe('ERRORS_LEFT_OUT');
});

describe.each(engines)('the errors of an answer (%s)', (engine) => {
  it('are counted together with what the caller may not see', async () => {
    const { body } = await channels[engine].post({ query: `{shops{id ${aliased(20, 'takings')}}}` });
    expect(body.errors).toHaveLength(11);
    expect(body.errors!.at(-1)!.message).toBe('30 more errors are left out.');
    const query = `{shop(id:"1"){${aliased(20, 'takings')} mandatory}}`;
    expect((await channels[engine].post({ query })).body.data).toEqual({ shop: null });
  });

  it('are logged once for a cause, with the number of places', async () => {
    lines.length = 0;
    oddSubgraph = 'wares';
    const { body } = await channels[engine].post({ query: `{shops{${aliased(4, 'wares{title}')}}}` });
    oddSubgraph = undefined;
    expect(codes(body)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(lines.filter(({ err }) => JSON.stringify(err)?.includes(oddReason))).toMatchObject([
      { code: 'ODD', subgraph: 'wares', count: body.errors!.length },
    ]);
  });
});
