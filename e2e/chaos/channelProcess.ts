import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { httpSubgraph } from '#gateway/execution/dataSources/httpSubgraph.ts';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { rpcFeedReader } from '#gateway/streams/feeds/rpcFeedReader.ts';
import { openBus } from '#platform/events/fixtures/openBus.ts';
import { grpcClients } from '#platform/rpc/network.ts';
import { identityOf, log, patiently, readSetup, setupVariable } from './setup.ts';

// This process runs one replica of a channel.
const setup = readSetup();
const identity = await identityOf(setup);
const orders = httpSubgraph(`http://127.0.0.1:${setup.graphqlPort}/graphql`);
const bus = await patiently(() => openBus(setup.busAddress, log));
const directory = pathToFileURL(`${mkdtempSync(join(dirname(process.env[setupVariable] ?? tmpdir()), 'channel-'))}/`);
await runChannel(
  {
    name: 'kiosk',
    tags: ['public', 'kiosk'],
    directory,
    auth: { roles: ['kiosk'], anonymous: false },
    // The limits are so wide that no client is told that it lagged. An event that a client misses is then a fault.
    streams: {
      maxReplayedEvents: 250,
      maxQueuedEvents: 5_000,
      maxQueuedBytes: 2 ** 24,
      lagMessages: 5_000,
      lagBytes: 2 ** 22,
      maxUnreadBytesPerConnection: 2 ** 23,
      retryMs: 200,
      maxConnectionsPerCaller: 1_000,
    },
  },
  {
    profile: 'development',
    port: Number(process.argv[2]),
    host: '127.0.0.1',
    subgraphCall: () => orders,
    identity,
    bus,
    log,
    cursorKeys: [setup.cursorKey],
    feeds: rpcFeedReader(grpcClients({ identity, addressOf: () => `http://127.0.0.1:${setup.grpcPort}` })),
    hub: { sweepMs: 2_000 },
  },
  setup.supergraph,
);
console.log('ready');
