import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ChannelManifest } from '../channelManifest.ts';
import { nameOfRelease, releasesFolder, type Release } from '../documents/release.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';
import type { GatewayRuntime, RunningChannel } from '../serve/gatewayRuntime.ts';
import { runChannel } from '../serve/runChannel.ts';
import type { GraphSource } from '#schema/compose/graphSource.ts';
import { composedOnce } from './composedOnce.ts';
import { fixtureSources, fixtureView, type Fixture } from './fixtureGraph.ts';

export interface ServedChannel extends RunningChannel {
  /** Replaces the fixture's graph by one of other subgraphs. */
  reloadWith(sources: GraphSource[]): Promise<void>;
  /** Sends a request by POST; headers may be replaced. */
  post(
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: GraphqlAnswer; headers: Headers }>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- a test says itself what shape it expects */
export interface GraphqlAnswer {
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; traceId?: string } }[];
  extensions?: any;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Serves a channel of the fixture graph, with documents and view fields of its own, on a free port. */
export async function serveFixture(
  fixture: Fixture,
  options: {
    readonly manifest?: Partial<ChannelManifest>;
    readonly operations?: Record<string, string>;
    /** Of builds of its clients. */
    readonly releases?: readonly Release[];
    readonly view?: string;
    readonly profile?: GatewayRuntime['profile'];
    readonly bus?: EventTail;
    /** Another SDL of a subgraph. */
    readonly change?: Parameters<typeof fixtureSources>[0];
    /** The port; a free one if it is left out. */
    readonly port?: number;
  } & Pick<
    GatewayRuntime,
    | 'engine'
    | 'circuit'
    | 'explorer'
    | 'feeds'
    | 'cursorKeys'
    | 'hub'
    | 'metrics'
    | 'network'
    | 'revocations'
    | 'files'
    | 'rateStore'
    | 'proxies'
    | 'certificate'
    | 'purge'
  > = {},
): Promise<ServedChannel> {
  const folder = mkdtempSync(join(tmpdir(), 'channel-'));
  mkdirSync(join(folder, 'operations'));
  for (const [name, text] of Object.entries(options.operations ?? {}))
    writeFileSync(join(folder, 'operations', `${name}.graphql`), text);
  mkdirSync(join(folder, releasesFolder));
  for (const release of options.releases ?? [])
    writeFileSync(join(folder, releasesFolder, `${nameOfRelease(release)}.json`), JSON.stringify(release));
  if (options.view !== undefined) writeFileSync(join(folder, 'schema.graphql'), options.view);
  const manifest: ChannelManifest = {
    name: 'kiosk',
    tags: ['public', 'kiosk'],
    directory: pathToFileURL(`${folder}/`),
    auth: { roles: ['customer', 'kiosk', 'manager', 'admin'], anonymous: true },
    ...options.manifest,
  };
  const { supergraph } = composedOnce(
    manifest,
    fixtureSources(options.change),
    options.view === undefined ? undefined : fixtureView(options.view),
  );
  const running = await runChannel(
    manifest,
    {
      profile: options.profile ?? 'development',
      port: options.port ?? 0,
      host: '127.0.0.1',
      subgraphCall: fixture.subgraphCall,
      identity: fixture.identity,
      engine: options.engine,
      circuit: options.circuit,
      explorer: options.explorer,
      bus: options.bus,
      log: fixture.log,
      feeds: options.feeds,
      cursorKeys: options.cursorKeys,
      hub: options.hub,
      metrics: options.metrics,
      network: options.network,
      revocations: options.revocations,
      files: options.files,
      rateStore: options.rateStore,
      proxies: options.proxies,
      certificate: options.certificate,
      purge: options.purge,
    },
    supergraph,
  ).finally(() => rmSync(folder, { recursive: true }));
  return {
    ...running,
    reloadWith: (sources) => running.reload(composedOnce(manifest, sources).supergraph),
    post: async (body, headers = {}) => {
      const response = await fetch(running.url.replace('localhost', '127.0.0.1'), {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      });
      return { status: response.status, body: (await response.json()) as GraphqlAnswer, headers: response.headers };
    },
  };
}
