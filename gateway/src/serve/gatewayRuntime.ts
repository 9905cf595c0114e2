import type { Logger } from 'pino';
import type { Identity } from '#platform/identity/identity.ts';
import type { Revocations } from '#platform/identity/revocations.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import type { Metrics } from '#platform/telemetry/metrics.ts';
import type { EngineName } from '../execution/engine.ts';
import type { EventTail } from '../streams/feeds/eventTail.ts';
import type { FeedReader } from '../streams/feeds/feedReader.ts';
import type { HubOptions } from '../streams/feeds/streamHub.ts';

/** The surroundings of a channel: the same in one process, in many, and in tests. */
export interface GatewayRuntime {
  /** `production`: trusted documents only, no introspection, no explorer, no hints in messages. */
  readonly profile: 'development' | 'production';
  /** What plans and executes; see `EngineName`. */
  readonly engine?: EngineName;
  /** Where it listens; 0 takes a free port. */
  readonly port: number;
  /** Default: all interfaces. */
  readonly host?: string;
  /** Origins of web apps elsewhere that may call here, besides those of the manifest. */
  readonly origins?: readonly string[];
  /** How a subgraph is reached: `running.execute` within the process, `httpSubgraph(url)` from elsewhere. */
  readonly subgraphCall: (name: string) => SubgraphCall;
  readonly identity: Pick<Identity, 'verifyClientToken' | 'mintInternalToken' | 'verifyInternalToken'>;
  /** Whose access was revoked, as far as this process knows; without it, tokens are good until they end. */
  readonly revocations?: Revocations;
  /** Without it, subscriptions are refused. Channels of one process that are handed the same bus share one tail. */
  readonly bus?: EventTail;
  /** The way to the event logs of the domains. Without it a stream that missed something shows a snapshot instead. */
  readonly feeds?: FeedReader;
  /**
   * Secrets that sign the cursors of streams, the same in all replicas: the first signs, all are believed. Without any,
   * cursors end with the process.
   */
  readonly cursorKeys?: readonly string[];
  /** How what is heard is put in order. */
  readonly hub?: Omit<HubOptions, 'reader' | 'log'>;
  readonly log: Logger;
  /** The metrics of this process; without them nothing is counted. */
  readonly metrics?: Metrics;
  readonly clock?: () => Date;
}

/** A channel, or the gateway, that serves. */
export interface RunningChannel {
  readonly name: string;
  readonly port: number;
  /** Of GraphQL over HTTP; WebSocket at the same path. */
  readonly url: string;
  /**
   * Serves another supergraph from now on, without dropping anything: requests in hand end with the old one;
   * subscriptions whose document still fits go on, the others are told `DOCUMENT_OUTDATED` and end. Rejects, and the
   * old one stays, if it is none, or the channel closes.
   */
  reload(supergraph: string): Promise<void>;
  /**
   * Serves on, and says that it will not for long: `/health/ready` answers 503, and each answer closes its connection.
   * For a balancer to look elsewhere before `close`.
   */
  drain(): void;
  /**
   * Takes no new requests, lets those in flight finish, closes sockets with 1001, a few at a time. Called again, it is
   * the same closing.
   */
  close(): Promise<void>;
}
