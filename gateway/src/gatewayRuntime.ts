import type { Logger } from 'pino';
import type { Identity } from '#platform/identity/identity.ts';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';

/** What a channel needs of the event bus: to hear everything from now on. Any `EventBus` fits. */
export interface EventTail {
  /** Resolves when live: what is published after that is heard. Order holds per key. */
  tail(topics: readonly string[], handle: (message: { readonly topic: string; readonly key: string; readonly value: unknown }) => void): Promise<{ close(): Promise<void> }>;
}

/** The surroundings of a channel: the same in one process, in many, and in tests. */
export interface GatewayRuntime {
  /** `production`: trusted documents only, no introspection, no explorer, no hints in messages. */
  readonly profile: 'development' | 'production';
  /** Where it listens; 0 takes a free port. */
  readonly port: number;
  /** Default: all interfaces. */
  readonly host?: string;
  /** How a subgraph is reached: `running.execute` within the process, `httpSubgraph(url)` from elsewhere. */
  readonly subgraphCall: (name: string) => SubgraphCall;
  readonly identity: Pick<Identity, 'verifyClientToken' | 'mintInternalToken' | 'verifyInternalToken'>;
  /** Without it, subscriptions are refused. Channels of one process that are handed the same bus share one tail. */
  readonly bus?: EventTail;
  readonly log: Logger;
  readonly clock?: () => Date;
}

/** A channel, or the gateway, that serves. */
export interface RunningChannel {
  readonly name: string;
  readonly port: number;
  /** Of GraphQL over HTTP; WebSocket at the same path. */
  readonly url: string;
  /** Takes no new requests, lets those in flight finish, closes sockets with 1001. */
  close(): Promise<void>;
}
