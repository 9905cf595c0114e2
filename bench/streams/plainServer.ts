import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type GraphQLFieldResolver } from 'graphql';
import { PubSub } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { importJWK, jwtVerify } from 'jose';
import { WebSocketServer } from 'ws';
import { BenchState, type Happening } from './benchDomain.ts';
import { benchSdl } from './benchGraph.ts';
import { serveMeasured, type ServerSetup, type Served } from './measuredServer.ts';

const topicOf = ({ kind, id }: Pick<Happening, 'kind' | 'id'>): string => `${kind}:${id}`;

/**
 * The plain server that the channel is compared with: graphql-ws with an in-memory pub/sub, where each event is
 * executed for each subscriber by itself. As from the channel, a snapshot comes first.
 */
async function begin({ clientKey, pings }: ServerSetup): Promise<Served> {
  const state = new BenchState();
  const pubsub = new PubSub({ eventEmitter: new EventEmitter().setMaxListeners(0) });
  const key = await importJWK(clientKey, 'ES256');
  const schema = plainSchema({
    orderStatusChanged: (_, { orderId: id }: { orderId: string }) =>
      startingWith(state.order(id), pubsub.asyncIterableIterator(topicOf({ kind: 'order', id }))),
    orderBoardChanged: (_, { storeId: id }: { storeId: string }) =>
      startingWith(state.board(id), pubsub.asyncIterableIterator(topicOf({ kind: 'board', id }))),
  });
  const server = createServer();
  useServer(
    {
      schema,
      onConnect: async ({ connectionParams }) => {
        await jwtVerify(String(connectionParams?.['authorization']).replace('Bearer ', ''), key);
        return true;
      },
    },
    new WebSocketServer({ server, path: '/graphql' }),
    pings ? undefined : 0,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    happen: (happening) => void pubsub.publish(topicOf(happening), state.apply(happening)),
  };
}

/** The same schema without the directives. The published event is the root value of each execution. */
function plainSchema(subscribe: Record<string, GraphQLFieldResolver<unknown, unknown, never>>) {
  const schema = buildSchema(benchSdl.orders.replace(/@\w+\((?:[^()"]|"[^"]*")*\)/g, ''));
  const fields = schema.getSubscriptionType()!.getFields();
  for (const [name, field] of Object.entries(fields))
    Object.assign(field, { subscribe: subscribe[name], resolve: (published: unknown) => published });
  return schema;
}

function startingWith<T>(first: unknown, inner: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let begun = false;
  return {
    next: () => {
      if (begun) return inner.next();
      begun = true;
      return Promise.resolve({ value: first as T, done: false });
    },
    return: () => inner.return!(),
    throw: (error) => inner.throw!(error),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

serveMeasured(begin);
