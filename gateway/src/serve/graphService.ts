import type { Logger } from 'pino';
import type { CertificateFiles } from '#platform/http/tlsDoor.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Revocations } from '#platform/identity/revocations.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { AppAccess } from '../access/apps/appAccess.ts';
import type { RateStore } from '../access/rateStore.ts';
import type { CachePolicy, LoadPolicy, McpPolicy, RatePolicy, StreamPolicy } from '../channelManifest.ts';
import type { ClientIdentity } from '../access/clientIdentity.ts';
import type { ErrorPolicy } from '../errors/publicError.ts';
import type { SubgraphCircuitPolicy } from '../execution/dataSources/subgraphCircuits.ts';
import type { EngineName } from '../execution/engine.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';
import type { GatewayRuntime } from './gatewayRuntime.ts';
import type { Graph } from '../graph/graph.ts';
import type { DeviceRequestsOptions } from '../transports/http/deviceRequests.ts';
import type { Route } from '../rest/route.ts';
import type { Limits } from '../documents/limits.ts';
import type { MadePlans } from '../execution/federation/planning/madePlans.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { ExplorerHelp } from './explorer.ts';
import type { Purge } from '../kept/cdnPurges.ts';
import type { Writes } from '../kept/writes.ts';
import type { Page } from './pages.ts';
import type { Caller } from '../execution/pipeline.ts';
import type { FeedReader } from '../streams/feeds/feedReader.ts';
import type { TrustedDocuments } from '../documents/trustedDocuments.ts';

/** What is to be served, and how: the settings of a channel, of the gateway or of another supergraph. */
export interface GraphService {
  readonly name: string;
  readonly graph: Graph;
  /** Plans that `generate` has made for this graph. A graph that replaces it while it is served comes without. */
  readonly plans?: MadePlans;
  readonly engine?: EngineName;
  /** See `GatewayRuntime.circuit`. */
  readonly circuit?: SubgraphCircuitPolicy | undefined;
  /** How a subgraph is called. `url` is the one that the supergraph names. */
  readonly subgraphCall: (name: string, url: string) => SubgraphCall;
  readonly trusted: TrustedDocuments;
  /** The documents among the trusted ones that are served over REST; by default none. */
  readonly routes?: readonly Route[];
  /** Documents that describe the routes, by path. */
  readonly descriptions?: ReadonlyMap<string, string>;
  readonly clients: ClientIdentity;
  /** The revocations that `clients` checks. A new one also ends the connections of its caller. */
  readonly revocations?: Revocations;
  readonly callerOf: (principal: Principal, traceparent: string, authorization: string | undefined) => Caller;
  /** Lets the programs of partners in; `baseUrl` is the address by which they call, if it is not that of `Host`. */
  readonly apps?: { readonly access: AppAccess; readonly baseUrl?: string };
  /** Lets the screens and kiosks of stores in. */
  readonly devices?: Pick<DeviceRequestsOptions, 'role' | 'access' | 'identity'>;
  readonly limits?: Partial<Limits>;
  /** Origins of web apps hosted elsewhere that may call (CORS); by default none. */
  readonly origins?: readonly string[];
  /** Addresses and networks of proxies that are believed about where requests come from; by default none. */
  readonly proxies?: readonly string[];
  /** How often one caller may ask; without it, as often as it likes. */
  readonly rates?: RatePolicy;
  /** How often the programs of one app may ask, if that is not `rates`. */
  readonly appRates?: RatePolicy;
  /** Where that is counted; by default in the memory of this process. */
  readonly rateStore?: RateStore | undefined;
  readonly load?: Partial<LoadPolicy>;
  readonly cache?: CachePolicy;
  /** See `GatewayRuntime.purge`. */
  readonly purge?: Purge | undefined;
  /** Offers trusted documents to assistants at `/mcp`; without it nothing is there. */
  readonly mcp?: McpPolicy;
  readonly streams?: Partial<StreamPolicy>;
  /** Whether documents that are not trusted run, too. */
  readonly anyDocument: boolean;
  /** In production: no introspection, no explorer, and error messages do not suggest names. */
  readonly discreet: boolean;
  /** See `PipelineOptions.worksElsewhere`. */
  readonly worksElsewhere?: boolean;
  /** What helps in the explorer. */
  readonly explorer?: ExplorerHelp | undefined;
  /** The web pages by path. */
  readonly pages?: ReadonlyMap<string, Page>;
  /** The pictures that are served at `/images/`; none when left out. */
  readonly files?: FileStore | undefined;
  readonly subgraphErrors: ErrorPolicy['subgraphErrors'];
  readonly bus?: EventTail;
  readonly feeds?: FeedReader;
  readonly cursorKeys?: readonly string[];
  readonly hub?: GatewayRuntime['hub'];
  /** The mutations of this process, of this service and of others; by default of this service only. */
  readonly writes?: Writes;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly port: number;
  /** With which the channel speaks TLS; without, it speaks HTTP, for a balancer that ends TLS. */
  readonly certificate?: CertificateFiles;
  readonly host?: string;
}
