import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionResult } from 'graphql';
import pino from 'pino';
import { expect, it } from 'vitest';
import { until } from '#platform/testkit/until.ts';
import { createSubgraphFetch } from './createSubgraphFetch.ts';
import { httpSubgraph } from './httpSubgraph.ts';

const query = { query: 'query { me { id } }', variables: {}, operationName: null };
const mutation = { query: 'mutation { cancelOrder(orderId: "1") { id } }', variables: {}, operationName: null };

/** A subgraph that answers when it is told to, and one whose client may go. */
function slow() {
  const asked: string[] = [];
  const answers: ((answer: ExecutionResult) => void)[] = [];
  const fetch = createSubgraphFetch(
    'orders',
    (request) => {
      asked.push(request.query);
      return new Promise((resolve) => answers.push(resolve));
    },
    pino({ level: 'silent' }),
  );
  const client = new AbortController();
  const context = (gone?: AbortSignal) => ({
    authorizationFor: () => Promise.resolve('Bearer t'),
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    freshness: '',
    deadline: Date.now() + 60_000,
    gone,
  });
  return { asked, answer: (data: Record<string, unknown>) => answers.shift()!({ data }), fetch, client, context };
}
const codes = ({ errors }: ExecutionResult) => errors?.map(({ extensions }) => extensions['code']);

it('does not wait for a read whose client has gone, and begins no other; who else waits for the same gets it', async () => {
  const { fetch, client, context, asked, answer } = slow();
  const left = fetch(query, context(client.signal));
  const stays = fetch(query, context());
  await new Promise(setImmediate);
  client.abort();
  expect(codes(await left)).toEqual(['DEADLINE_EXCEEDED']);
  expect(codes(await fetch({ ...query, query: 'query { stores { id } }' }, context(client.signal)))).toEqual([
    'DEADLINE_EXCEEDED',
  ]);
  expect(asked).toEqual([query.query]);
  answer({ me: { id: '1' } });
  expect((await stays).data).toEqual({ me: { id: '1' } });
});

it('does what a client that has gone asked to be done', async () => {
  const { fetch, client, context, asked, answer } = slow();
  client.abort();
  const changed = fetch(mutation, context(client.signal));
  await new Promise(setImmediate);
  answer({ cancelOrder: { id: '1' } });
  expect((await changed).data).toEqual({ cancelOrder: { id: '1' } });
  expect(asked).toEqual([mutation.query]);
});

it.each(['query', 'mutation'])(
  'sends a %s no more that waits for a connection when its deadline comes',
  async (kind) => {
    const seen: ServerResponse[] = [];
    const server = createServer((_, response) => void seen.push(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const subgraph = httpSubgraph(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { connections: 1 });
    const fetch = createSubgraphFetch('orders', subgraph, pino({ level: 'silent' }));
    const soon = Date.now() + 300;
    const ask = (number: number, deadline: number) =>
      fetch(
        { query: `${kind} { a${number}: field }`, variables: {} },
        {
          authorizationFor: () => Promise.resolve(undefined),
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          freshness: '',
          deadline,
        },
      );
    const answers = await Promise.all([1, 2, 3, 4].map((number) => ask(number, soon)));
    expect(answers.map(codes)).toEqual(answers.map(() => ['DEADLINE_EXCEEDED']));
    // What was refused is let go of: a request that comes now is the next to be seen, on a connection of its own.
    const before = seen.length;
    const last = ask(5, Date.now() + 60_000);
    await until(() => seen.length > before);
    seen.at(-1)!.setHeader('content-type', 'application/json').end('{"data":{"a5":"here"}}');
    expect([before, seen.length, (await last).data]).toEqual([1, 2, { a5: 'here' }]);
    await subgraph.close();
    server.closeAllConnections();
    server.close();
  },
);
