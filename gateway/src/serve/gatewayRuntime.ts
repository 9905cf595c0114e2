import type { Logger } from 'pino';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Revocations } from '#platform/identity/revocations.ts';
import type { RpcNetwork } from '#platform/rpc/network.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { ExplorerHelp } from './explorer.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { SubgraphCircuitPolicy } from '../execution/dataSources/subgraphCircuits.ts';
import type { EngineName } from '../execution/engine.ts';
import type { RateStore } from '../access/rateStore.ts';
import type { Purge } from '../kept/cdnPurges.ts';
import type { Writes } from '../kept/writes.ts';
import type { SignIn } from './pages.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';
import type { FeedReader } from '../streams/feeds/feedReader.ts';
import type { HubOptions } from '../streams/feeds/streamHub.ts';

/**
 * Everything that a channel needs from its environment. It is the same whether channels run in one process or in many,
 * and tests use it, too.
 */
export interface GatewayRuntime {
  /**
   * In `production` only trusted documents run, there is no introspection and no explorer, and error messages make no
   * suggestions.
   */
  readonly profile: 'development' | 'production';
  /** What plans and executes; see `EngineName`. */
  readonly engine?: EngineName;
  /** When a subgraph that does not answer is no longer asked; by default `defaultCircuitPolicy`. */
  readonly circuit?: SubgraphCircuitPolicy | undefined;
  /** The TCP port to listen on; 0 takes a free one. */
  readonly port: number;
  /** With which the channels speak TLS; without, they speak HTTP, for a balancer that ends TLS. */
  readonly certificate?: CertificateFiles;
  /** The address to listen on; by default all interfaces. */
  readonly host?: string;
  /** Origins of web apps hosted elsewhere that may call this channel, in addition to those of its manifest. */
  readonly origins?: readonly string[];
  /** Addresses and networks of proxies that are believed about where requests come from; by default none. */
  readonly proxies?: readonly string[];
  /** How a subgraph is called: `running.execute` for one in the same process, `httpSubgraph(url)` for one elsewhere. */
  readonly subgraphCall: (name: string) => SubgraphCall;
  readonly identity: Pick<
    Identity,
    'verifyClientToken' | 'issueDeviceToken' | 'issueActingToken' | 'mintInternalToken' | 'verifyInternalToken'
  >;
  /** The revocations that this process knows of. Without them, tokens are valid until they expire. */
  readonly revocations?: Revocations;
  /** The way to the services of the domains, for channels that let apps or devices in, and under which name. */
  readonly network?: Pick<RpcNetwork, 'transportTo'>;
  readonly service?: string;
  /** The address by which apps call this channel, if it is not the one of the request's `Host`. */
  readonly baseUrl?: string;
  /**
   * The event bus. Without it subscriptions are refused. Channels of one process that are given the same bus share one
   * tail.
   */
  readonly bus?: EventTail;
  /**
   * Reads missed events from the logs of the domains. Without it, a stream that missed events sends a snapshot instead.
   */
  readonly feeds?: FeedReader;
  /**
   * Secrets that sign the cursors of streams; they have to be the same on all replicas. The first one signs, and
   * cursors of all are accepted. Without any, cursors become invalid when the process ends.
   */
  readonly cursorKeys?: readonly string[];
  /** How the events of the bus are put in order, and how many are kept. */
  readonly hub?: Omit<HubOptions, 'reader' | 'log'>;
  /** Where the pages of this channel let people sign in. Without it they ask for a token. */
  readonly signIn?: SignIn;
  /** The address of REST, without a path, for a channel whose pages call it: `callsRest` of its manifest. */
  readonly restUrl?: string | undefined;
  /** Where the pictures are kept that some channels serve. */
  readonly files?: FileStore;
  /** The mutations of this process, over all of its channels. Without it, a channel knows of its own. */
  readonly writes?: Writes;
  /** Tells the CDN before the channels what to let go; without it no CDN keeps what only an event lets go. */
  readonly purge?: Purge | undefined;
  /** Where rates are counted; by default in the memory of this process. */
  readonly rateStore?: RateStore | undefined;
  readonly log: Logger;
  /** What helps whoever opens the explorer, which is there in development only. */
  readonly explorer?: ExplorerHelp | undefined;
  /** The metrics of this process. Without them nothing is counted. */
  readonly metrics?: Metrics;
  readonly clock?: () => Date;
}

/** A channel, or the gateway for staff, that is serving requests. */
export interface RunningChannel {
  readonly name: string;
  readonly port: number;
  /** The URL of GraphQL over HTTP. WebSockets use the same path. */
  readonly url: string;
  /**
   * Switches to another supergraph without dropping anything. Requests that are being executed finish on the old one.
   * Subscriptions whose document is valid in the new one go on; the others end with `DOCUMENT_OUTDATED`. Rejects, and
   * the old one stays, if the supergraph is invalid or the channel is closing.
   */
  reload(supergraph: string): Promise<void>;
  /**
   * Announces that the channel is about to close, and goes on serving: `/health/ready` answers 503, and each response
   * closes its connection. This gives a load balancer time to stop sending requests before `close`.
   */
  drain(): void;
  /**
   * Takes no new requests, lets running ones finish, and closes sockets with 1001, a few at a time. Resolves when
   * everything is closed. Further calls return the same promise.
   */
  close(): Promise<void>;
}
