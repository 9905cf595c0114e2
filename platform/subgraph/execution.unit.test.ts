import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, parse, type ExecutionResult } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity } from '#platform/identity/identity.ts';
import { servicePrincipal, type Principal } from '#platform/identity/principal.ts';
import { currentTrace } from '#platform/telemetry/trace.ts';
import { CodedError } from './codedError.ts';
import { createExecution, type ExecutionOptions, type SubgraphExecution, type SubgraphRequest } from './execution.ts';
import { subgraphServer } from './httpServer.ts';
import { baseSdl } from './sdl.ts';
import { documentStoreBytes, ValidatedDocuments } from './validatedDocuments.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

const schema = () =>
  buildSubgraphSchema({
    typeDefs: parse(`${baseSdl}
    type Query { caller: String trace: String failing: String refused: String strange: String unstorable: String at(time: DateTime!): DateTime }`),
    resolvers: {
      DateTime: GraphQLDateTimeISO,
      Query: {
        caller: (_: unknown, _args: unknown, { principal }: { principal: Principal }) => principal.subject,
        trace: () => currentTrace().traceparent,
        failing: () => {
          throw new Error('secret detail of the database');
        },
        refused: () => {
          throw new CodedError('FORBIDDEN', 'Not yours.');
        },
        strange: () => {
          throw new GraphQLError('of a library', { extensions: { code: 'ITS_OWN' } });
        },
        unstorable: () => {
          throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
        },
        at: (_: unknown, { time }: { time: Date }) => time,
      },
    } as never,
  });

/** Either way that a subgraph is asked. */
type Ask = (
  request: SubgraphRequest | object,
  headers?: Record<string, string>,
) => Promise<{ status: number; result: ExecutionResult<Record<string, unknown>> }>;

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function subgraph(
  options: Partial<ExecutionOptions> = {},
): Promise<{ ways: [string, Ask][]; lines: Record<string, unknown>[]; execution: SubgraphExecution; token: string }> {
  const lines: Record<string, unknown>[] = [];
  const identity = await createIdentity({
    internalKey: await newSigningKey(),
    scopesOf: () => [],
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
  });
  const execution = await createExecution({
    name: 'shops',
    schema: schema(),
    identity,
    contextFor: (principal) => ({ principal }),
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) }),
    ...options,
  });
  const server: Server = subgraphServer({ execution, ready: () => Promise.resolve(true) }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  const token = await identity.mintInternalToken(servicePrincipal('gateway'), 'shops');
  const usual = { authorization: `Bearer ${token}`, traceparent };
  return {
    lines,
    execution,
    token,
    ways: [
      [
        'within the process',
        async (request, headers = usual) => {
          const result = JSON.parse(
            JSON.stringify(await execution.execute(request as SubgraphRequest, headers)),
          ) as ExecutionResult<Record<string, unknown>>;
          return { status: 0, result };
        },
      ],
      [
        'over HTTP',
        async (request, headers = usual) => {
          const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, {
            method: 'POST',
            body: JSON.stringify(request),
            headers: {
              'content-type': 'application/json',
              accept: 'application/graphql-response+json, application/json',
              ...headers,
            },
          });
          return {
            status: response.status,
            result: (await response.json()) as ExecutionResult<Record<string, unknown>>,
          };
        },
      ],
    ],
  };
}

const both = [0, 1].map((index) => [['within the process', 'over HTTP'][index]!, index] as const);
const askedBy = async (index: number, options: Partial<ExecutionOptions> = {}) => {
  const made = await subgraph(options);
  return { ...made, ask: made.ways[index]![1] };
};

describe.each(both)('a subgraph asked %s', (_name, index) => {
  it('answers under the token and the trace', async () => {
    const { ask } = await askedBy(index);
    const { result } = await ask({ query: '{ caller trace }' });
    expect(result).toEqual({ data: { caller: 'gateway', trace: traceparent } });
  });

  it.each(['{ caller }', '{ _service { sdl } }', '{ _entities(representations: []) { __typename } }', 'no GraphQL'])(
    'says nothing without a token for it: %s',
    async (query) => {
      const { ask } = await askedBy(index);
      for (const headers of [{}, { authorization: 'Bearer of.another.kind' }, { authorization: 'Basic YTpi' }]) {
        const { status, result } = await ask({ query }, headers as Record<string, string>);
        expect(result).toEqual({
          errors: [{ message: 'A subgraph answers the gateway only.', extensions: { code: 'UNAUTHENTICATED' } }],
        });
        expect(status).toBe(index === 0 ? 0 : 401);
      }
    },
  );

  it('says in its log why tokens are refused, such as those of a service with another clock, once a minute', async () => {
    const { ask, lines } = await askedBy(index);
    for (let each = 0; each < 5; each += 1)
      await ask({ query: '{ caller }' }, { authorization: 'Bearer of.another.kind' });
    expect(lines.filter(({ msg }) => String(msg).includes('refused by its token'))).toMatchObject([
      { level: 40, reason: expect.stringMatching(/./) as string },
    ]);
  });

  it('runs the hooks of its plugins, and parses a document once', async () => {
    const heard: string[] = [];
    const plugin: ApolloServerPlugin<{ principal: Principal }> = {
      serverWillStart: () => {
        heard.push('start');
        return Promise.resolve({
          serverWillStop: () => {
            heard.push('stop');
            return Promise.resolve();
          },
        });
      },
      requestDidStart: ({ contextValue }) =>
        Promise.resolve({
          parsingDidStart: () => {
            heard.push('parse');
            return Promise.resolve();
          },
          didResolveOperation: ({ operationName }) => {
            heard.push(`${operationName} of ${contextValue.principal.subject}`);
            return Promise.resolve();
          },
          executionDidStart: () => Promise.resolve({ willResolveField: ({ info }) => void heard.push(info.fieldName) }),
          willSendResponse: ({ response }) => {
            if (response.body.kind === 'single') heard.push(JSON.stringify(response.body.singleResult.data));
            return Promise.resolve();
          },
        }),
    };
    const { ask, execution } = await askedBy(index, { plugins: [plugin] });
    await ask({ query: 'query Named { caller }' });
    await ask({ query: 'query Named { caller }' });
    await execution.stop();
    const each = ['Named of gateway', 'caller', '{"caller":"gateway"}'];
    expect(heard).toEqual(['start', 'parse', ...each, ...each, 'stop']);
  });

  it('logs a cause once for a request, at however many places it is met', async () => {
    const { ask, lines } = await askedBy(index);
    const { result } = await ask({ query: '{ failing again: failing }' });
    expect(result.errors).toHaveLength(2);
    expect(lines).toMatchObject([{ msg: 'a resolver failed', path: 'failing' }]);
    await ask({ query: '{ failing }' });
    expect(lines).toHaveLength(2);
  });

  it('masks what nobody was meant to see, and logs it once', async () => {
    const { ask, lines } = await askedBy(index);
    const { result } = await ask({ query: '{ failing caller }' });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    expect(result).toEqual({
      data: { failing: null, caller: 'gateway' },
      errors: [
        {
          message: `Something went wrong on our side. Quote ${traceId}.`,
          path: ['failing'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', traceId },
        },
      ],
    });
    expect(lines).toMatchObject([
      { msg: 'a resolver failed', path: 'failing', err: { message: 'secret detail of the database' } },
    ]);
    expect((await ask({ query: '{ strange }' })).result.errors).toMatchObject([
      { extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    ]);
  });

  it('masks what a plugin does wrong, and logs it once', async () => {
    const { ask, lines } = await askedBy(index, {
      plugins: [{ requestDidStart: () => Promise.reject(new Error('secret of the plugin')) }],
    });
    const { result } = await ask({ query: '{ caller }' });
    expect(result.errors).toMatchObject([
      {
        message: expect.stringContaining('Something went wrong on our side.') as string,
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ]);
    expect(lines.map(({ msg }) => msg)).toEqual(['Unexpected error processing request: Error: secret of the plugin']);
  });

  it.each([
    ['a refusal that was meant', { query: '{ refused }' }, 'FORBIDDEN', 200],
    ['a text that cannot be stored', { query: '{ unstorable }' }, 'BAD_USER_INPUT', 200],
    [
      'a variable of another kind',
      { query: 'query ($time: DateTime!) { at(time: $time) }', variables: { time: 'yesterday' } },
      'BAD_USER_INPUT',
      400,
    ],
    ['no GraphQL', { query: '{' }, 'GRAPHQL_PARSE_FAILED', 400],
    ['an unknown field', { query: '{ callr }' }, 'GRAPHQL_VALIDATION_FAILED', 400],
    ['an unknown operation', { query: 'query A { caller }', operationName: 'B' }, 'BAD_REQUEST', 400],
    ['nothing', { query: '' }, 'BAD_REQUEST', 400],
  ])('tells by a code of the catalogue: %s', async (_what, request, code, expected) => {
    const { ask, lines } = await askedBy(index);
    const { status, result } = await ask(request);
    expect(result.errors?.map(({ extensions }) => extensions['code'])).toEqual([code]);
    expect(status).toBe(index === 0 ? 0 : expected);
    expect(lines).toEqual([]);
  });

  it('hides its schema in production, and shows it while developing', async () => {
    const told = async (profile?: 'development' | 'production') => {
      const { ask } = await askedBy(index, { profile });
      const [misspelt, asked] = [
        await ask({ query: '{ callr }' }),
        await ask({ query: '{ __schema { queryType { name } } }' }),
      ];
      return [
        misspelt.result.errors?.[0]?.message.includes('Did you mean'),
        asked.result.data?.['__schema'] !== undefined,
      ];
    };
    expect(await told()).toEqual([false, false]);
    expect(await told('production')).toEqual([false, false]);
    expect(await told('development')).toEqual([true, true]);
  });
});

it('answers within the process a document that it has executed before as it did, and as over HTTP', async () => {
  const { ways, lines } = await subgraph();
  const [[, within], [, overHttp]] = ways as [[string, Ask], [string, Ask]];
  const at = 'query At($time: DateTime!) { at(time: $time) caller }';
  const requests: SubgraphRequest[] = [
    { query: '{ caller trace nothing: __typename }' },
    { query: '{ caller failing again: failing refused strange unstorable }' },
    { query: at, variables: { time: '2026-11-29T09:00:00.000Z' } },
    { query: at, variables: { time: 'yesterday' } },
    { query: at, variables: {} },
    { query: at, variables: null },
    { query: 'query A { caller } query B { trace }', operationName: 'B' },
    { query: 'query A { caller } query B { trace }', operationName: 'C' },
    { query: 'query A { caller } query B { trace }' },
    { query: 'query A($yes: Boolean = true) { caller @include(if: $yes) }', variables: { yes: false } },
  ];
  for (const request of requests) {
    const first = await within(request);
    const logged = lines.splice(0);
    const again = await within(request);
    expect(again, request.query).toEqual(first);
    expect((await overHttp(request)).result, request.query).toEqual(first.result);
    expect(lines.splice(0).map(({ msg, path }) => [msg, path])).toEqual(
      [...logged, ...logged].map(({ msg, path }) => [msg, path]),
    );
  }
});

it('refuses several operations in one request', async () => {
  const { ask } = await askedBy(1);
  expect(await ask([{ query: '{ caller }' }, { query: '{ caller }' }])).toMatchObject({
    status: 400,
    result: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
  });
});

it('keeps documents within a number of bytes, whatever their number', async () => {
  const store = new ValidatedDocuments();
  const document = (aliases: number, name: number) =>
    parse(`{ ${Array.from({ length: aliases }, (_, n) => `alias${name}x${n}: caller`).join(' ')} }`, {
      noLocation: true,
    });
  const bytes = JSON.stringify(document(1_000, 1)).length;
  for (let n = 0; n < 60; n += 1) await store.set(`${n}`, document(1_000, n));
  expect(store.keys().length).toBeGreaterThan(5);
  expect(store.keys().length * bytes).toBeLessThanOrEqual(documentStoreBytes * 1.1);
  await store.set('huge', document(40_000, 1));
  expect(await store.get('huge')).toBeUndefined();
});
