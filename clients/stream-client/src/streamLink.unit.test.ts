import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { FakeDomain } from '../../../gateway/src/testkit/fakeDomain.ts';
import { fixture, type Fixture } from '../../../gateway/src/testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../../../gateway/src/testkit/servedChannel.ts';
import { startTcpProxy, type TcpProxy } from '../../../platform/testkit/tcpProxy.ts';
import { until } from '../../../platform/testkit/until.ts';
import { StreamClient } from './streamClient.ts';
import { StreamLink } from './streamLink.ts';

const document = gql`
  subscription Status($id: ID!) {
    orderStatusChanged(orderId: $id) {
      id
      status
      version
    }
  }
`;
const domain = new FakeDomain();
let parts: Fixture;
let served: ServedChannel;
let proxy: TcpProxy;
let streams: StreamClient;
let apollo: ApolloClient;

beforeAll(async () => {
  parts = await fixture();
  served = await serveFixture(parts, { bus: domain, feeds: domain, cursorKeys: ['secret'] });
  proxy = await startTcpProxy({ port: served.port });
  streams = new StreamClient({
    url: `http://127.0.0.1:${proxy.port}/graphql`,
    token: () => parts.token('customer'),
    webSocketImpl: WebSocket,
    retry: { minMs: 5, maxMs: 20 },
  });
  apollo = new ApolloClient({ link: new StreamLink(streams), cache: new InMemoryCache() });
});
afterAll(async () => {
  streams.close();
  await proxy.close();
  await served.close();
});

const move = (version: number): void => {
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: `S${version}`, version });
  domain.statusChanged('o1', version, `S${version}`);
};

it('lets subscriptions of Apollo Client outlast a cut, and ends them when nobody listens', async () => {
  move(1);
  const heard: unknown[] = [];
  const subscription = apollo
    .subscribe<{ orderStatusChanged: { version: number } }>({ query: document, variables: { id: 'o1' } })
    .subscribe({ next: ({ data, error }) => heard.push(error ?? data?.orderStatusChanged.version) });
  await until(() => heard.length === 1);
  proxy.cut();
  move(2);
  move(3);
  proxy.restore();
  await until(() => heard.length === 3);
  expect(heard).toEqual([1, 2, 3]);
  subscription.unsubscribe();
  await until(() => proxy.connections === 0);
});

it('hands on why a stream ended', async () => {
  const errors: unknown[] = [];
  apollo.subscribe({ query: document, variables: { id: 'nobody' } }).subscribe({
    next: ({ error }) => {
      if (error) errors.push(error);
    },
    error: (error) => errors.push(error),
  });
  await until(() => errors.length === 1);
  expect(errors).toMatchObject([{ code: 'NOT_FOUND' }]);
});
