import type { ExecutionResult } from 'graphql';
import pino from 'pino';
import { expect, it } from 'vitest';
import { createSubgraphFetch } from './createSubgraphFetch.ts';

const query = { query: 'query { me { id } }', variables: {}, operationName: null };
const mutation = { query: 'mutation { cancelOrder(orderId: "1") { id } }', variables: {}, operationName: null };

/** A subgraph that answers when it is told to, and one whose client may go. */
function slow() {
  const asked: string[] = [];
  const answers: ((answer: ExecutionResult) => void)[] = [];
  const fetch = createSubgraphFetch('orders', (request) => {
    asked.push(request.query);
    return new Promise((resolve) => answers.push(resolve));
  }, pino({ level: 'silent' }));
  const client = new AbortController();
  const context = (gone?: AbortSignal) => ({ authorizationFor: () => Promise.resolve('Bearer t'), traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', freshness: '', deadline: Date.now() + 60_000, gone });
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
  expect(codes(await fetch({ ...query, query: 'query { stores { id } }' }, context(client.signal)))).toEqual(['DEADLINE_EXCEEDED']);
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
