import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import type { Role } from '#schema/scopes.ts';
import type { Limits } from './documents/limits.ts';

/**
 * A channel as data: what part of the graph it has, what it adds, what it runs and for whom. The runtime does the rest;
 * no channel has a server of its own. Composition reads this before anything is generated, so a manifest imports
 * nothing but types.
 */
export interface ChannelManifest {
  /** As in the registry of channels. */
  readonly name: string;
  /** The audiences whose types and fields make the contract, such as `['public', 'kiosk']`. */
  readonly tags: readonly string[];
  /** Holds `schema.graphql` (view fields, optional) and `operations/*.graphql` (trusted documents). */
  readonly directory: URL;
  /** Resolvers of the view fields, by type and field; loaded when the channel starts. */
  readonly viewResolvers?: () => Promise<ViewResolvers>;
  /** Where the channel differs from `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  readonly cache?: CachePolicy;
  /**
   * Origins such as `https://www.example.com` of web apps elsewhere that may call this channel wherever it runs,
   * besides those that the settings name there; none unless named.
   */
  readonly origins?: readonly string[];
  readonly streams?: Partial<StreamPolicy>;
  /**
   * Web pages, each served at its name, such as `board` at `/board`: made by `generate` of the folder `pages/<name>/`
   * into one document that loads nothing else.
   */
  readonly pages?: readonly string[];
  readonly auth: {
    /** A token with none of these is refused with 403 (on a socket: 4403). */
    readonly roles: readonly Role[];
    /** Whether a request without a token is answered, with the scopes of `anonymous`; else 401 (on a socket: 4403). */
    readonly anonymous: boolean;
  };
}

/**
 * Type name → field name → resolver `(parent, args, context: ViewContext)`; `__resolveReference` as in any subgraph.
 */
export type ViewResolvers = object;

/** What a view resolver is handed. */
export interface ViewContext {
  readonly principal: Principal;
  readonly log: Logger;
  /**
   * Runs one of the channel's own stored documents within the process, under the same principal and trace. By document,
   * or by the name of its operation. Parts that failed are null, with the reason in `errors`; `data` is null when the
   * whole failed.
   */
  run<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<ViewResult<Data>>;
  run(operationName: string, variables?: Record<string, unknown>): Promise<ViewResult<Record<string, unknown>>>;
}

export interface ViewResult<Data> {
  readonly data: Data | null;
  readonly errors: NonNullable<ExecutionResult['errors']>;
}

/**
 * How long the answer to a query fetched by GET may be kept. Everything else, and every answer with errors, is
 * `no-store`.
 */
export interface CachePolicy {
  /** By operation name of a trusted document. */
  readonly operations: Readonly<
    Record<string, { readonly maxAgeSeconds: number; readonly staleWhileRevalidateSeconds?: number }>
  >;
}

/** How the channel's sockets and streams behave. Times are in milliseconds. */
export interface StreamPolicy {
  readonly maxSubscriptionsPerSocket: number;
  /**
   * Of one caller over all its connections to a process; callers without a token are not told apart, and not counted.
   */
  readonly maxSubscriptionsPerCaller: number;
  readonly maxConnectionsPerCaller: number;
  /** Over all callers. */
  readonly maxConnections: number;
  /** What the operations of one connection may hold while they run: their ids, and their variables as JSON. */
  readonly maxHeldBytesPerConnection: number;
  /** The same of one caller over all its connections to a process. */
  readonly maxHeldBytesPerCaller: number;
  /** And of all callers; those without a token may have half of it, so that they leave room for those with one. */
  readonly maxHeldBytes: number;
  /**
   * Events that wait to be answered for a stream, before its subscribers are told that they lagged, and get a snapshot.
   */
  readonly maxQueuedEvents: number;
  /** The same in bytes, as JSON. */
  readonly maxQueuedBytes: number;
  /** And of all streams of a process. */
  readonly maxQueuedBytesPerProcess: number;
  /**
   * Messages on their way to one client, unread: with so many, or so many bytes, its streams leave out what comes,
   * until it reads; then it is told that it lagged, and gets a snapshot.
   */
  readonly lagMessages: number;
  readonly lagBytes: number;
  /** A client with more on its way to it is cut off: what it asked for itself, besides its streams. */
  readonly maxUnreadBytesPerConnection: number;
  /** And to all clients of a process together: those with the most are cut off. */
  readonly maxUnreadBytes: number;
  /** How long a client may take nothing of what is sent to it. */
  readonly maxStallMs: number;
  /** A client that missed more gets a snapshot. */
  readonly maxReplayedEvents: number;
  /** Between two messages of a stream with `delivery: "latest"`. */
  readonly latestIntervalMs: number;
  /** And of one with `"sampled"`. */
  readonly sampleIntervalMs: number;
  /** How long an answer that is older than the event it is for is read again before the client hears. */
  readonly behindPatienceMs: number;
  /** How long a part of the graph may be down before the stream ends with an error. */
  readonly failurePatienceMs: number;
  /** Between two attempts in the longer run, and how many there are for an answer that stays behind. */
  readonly retryMs: number;
  readonly staleTries: number;
  /** Clients are pinged this often; one that did not answer by the next time is cut off. */
  readonly pingMs: number;
  /** A connection without an operation is closed after this time. */
  readonly idleMs: number;
  /**
   * A connection is closed with 1001 after this time, up to a tenth more or less, so that clients spread anew over the
   * replicas.
   */
  readonly maxAgeMs: number;
  /** Over how long a closing channel spreads the closes of its connections. */
  readonly drainMs: number;
  /** Connections that may wait to be taken, when many come at once. */
  readonly maxWaitingUpgrades: number;
}

const mebibyte = 1024 * 1024;

export const defaultStreamPolicy: StreamPolicy = {
  maxSubscriptionsPerSocket: 100,
  maxSubscriptionsPerCaller: 1_000,
  maxConnectionsPerCaller: 100,
  maxConnections: 20_000,
  maxHeldBytesPerConnection: mebibyte / 4,
  maxHeldBytesPerCaller: 4 * mebibyte,
  maxHeldBytes: 64 * mebibyte,
  maxQueuedEvents: 64,
  maxQueuedBytes: mebibyte / 4,
  maxQueuedBytesPerProcess: 128 * mebibyte,
  lagMessages: 64,
  lagBytes: mebibyte / 8,
  maxUnreadBytesPerConnection: mebibyte,
  maxUnreadBytes: 128 * mebibyte,
  maxStallMs: 15_000,
  maxReplayedEvents: 64,
  latestIntervalMs: 1_000,
  sampleIntervalMs: 5_000,
  behindPatienceMs: 2_000,
  failurePatienceMs: 30_000,
  retryMs: 1_000,
  staleTries: 30,
  pingMs: 12_000,
  idleMs: 300_000,
  maxAgeMs: 3_600_000,
  drainMs: 10_000,
  maxWaitingUpgrades: 20_000,
};
