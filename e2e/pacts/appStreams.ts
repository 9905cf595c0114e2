import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PactV4 } from '@pact-foundation/pact';
import { buildASTSchema, parse, type DocumentNode } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { ChannelClient, contractOf } from '../harness/channelClient.ts';
import { documentsOf, expectedOf, operationOf, type appRoles } from './channelApps.ts';

type Channel = keyof typeof appRoles;

/** A stream that the app of a channel follows. */
export interface AppStream {
  readonly name: string;
  readonly document: DocumentNode;
}

/** Tells a customer nothing before a courier of the chain has their order; `e2e/courier-app` follows it. */
const onItsWay = 'CourierPositionChanged';

/** The subscriptions among the documents of a channel. */
export const streamsOf = (channel: Channel): readonly AppStream[] =>
  documentsOf(channel).flatMap((document) => {
    const { operation, name } = operationOf(document);
    return operation === 'subscription' && name!.value !== onItsWay ? [{ name: name!.value, document }] : [];
  });

export const pactOfStreams = (channel: Channel): string => `${channel}-app-${channel}-streams.json`;

/** Has the app follow its streams at a mock, by its real client, which writes its pact into `dir`. */
export async function hearMockOf(channel: Channel, dir: string, found: ReadonlyMap<string, unknown>) {
  const contract = contractOf(channel);
  const schema = buildASTSchema(parse(contract), { assumeValidSDL: true });
  const pact = new PactV4({ consumer: `${channel}-app`, provider: `${channel}-streams`, dir, logLevel: 'error' });
  const heard: unknown[] = [];
  for (const { name, document } of streamsOf(channel))
    await pact
      .addAsynchronousInteraction()
      .expectsToReceive(name, (message) => {
        message.withJSONContent(expectedOf(document, schema, found.get(name), false) as never);
      })
      .executeTest(async ({ contents: { content } }) => {
        heard.push(await hear(contract, document, content));
      });
  return heard;
}

/** What the client gives to the app when a server sends this message. */
async function hear(contract: string, document: DocumentNode, message: unknown): Promise<unknown> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const server = useServer(
    {
      schema: buildASTSchema(parse(contract), { assumeValidSDL: true }),
      subscribe: async function* () {
        yield message;
      } as never,
    },
    sockets,
  );
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const client = new ChannelClient(`http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, contract);
  try {
    return await client.subscribe(document as never, {}).next(() => true);
  } finally {
    await client.close();
    await server.dispose();
    http.close();
  }
}
