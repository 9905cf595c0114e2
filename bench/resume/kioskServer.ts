import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { httpSubgraph } from '#gateway/execution/dataSources/httpSubgraph.ts';
import { runChannel } from '#gateway/serve/runChannel.ts';
import { rpcFeedReader } from '#gateway/streams/feeds/rpcFeedReader.ts';
import { postgresBus } from '#platform/events/bus/postgresBus.ts';
import { grpcClients } from '#platform/rpc/network.ts';
import { answerCalls } from '../streams/childCalls.ts';
import { cpuMs, identityOf, log, type ResumeSetup } from './processes.ts';

/**
 * Starts a channel in a process of its own. It has its default limits, apart from the one for each caller, since one
 * machine plays all clients. Resolves with its port.
 */
async function begin(setup: ResumeSetup): Promise<number> {
  const identity = await identityOf(setup);
  const orders = httpSubgraph(`http://127.0.0.1:${setup.graphqlPort}/graphql`);
  const bus = await postgresBus({ databaseUrl: setup.busUrl, log });
  const folder = mkdtempSync(join(tmpdir(), 'drburger-bench-resume-channel-'));
  const { port } = await runChannel(
    {
      name: 'kiosk',
      tags: ['public', 'kiosk'],
      directory: pathToFileURL(`${folder}/`),
      auth: { roles: ['kiosk'], anonymous: false },
      streams: { maxConnections: 1_000_000 },
    },
    {
      profile: 'development',
      port: 0,
      host: '127.0.0.1',
      subgraphCall: () => orders,
      identity,
      bus,
      log,
      cursorKeys: ['bench'],
      feeds: rpcFeedReader(grpcClients({ identity, addressOf: () => `http://127.0.0.1:${setup.grpcPort}` })),
    },
    setup.supergraph,
  ).finally(() => rmSync(folder, { recursive: true }));
  return port;
}

const calls = { begin, mark: () => ({ cpuMs: cpuMs() }) };
export type KioskCalls = typeof calls;
answerCalls(calls);
