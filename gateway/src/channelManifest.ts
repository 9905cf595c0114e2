import type { Transport } from '@connectrpc/connect';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Identity } from '#platform/identity/identity.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { Role } from '#schema/scopes.ts';
import type { App } from './access/apps/appAccess.ts';
import type { Limits } from './documents/limits.ts';

/**
 * A channel (a BFF) described as data: which part of the graph it shows, which fields it adds, which documents it runs
 * and who may call it. The runtime in `gateway/` does the rest; no channel has a server of its own. The composition of
 * the schema reads manifests before anything has been generated, so a manifest may import types only.
 */
export interface ChannelManifest {
  /** The channel's name in `schema/channels.ts`, such as `kiosk`. */
  readonly name: string;
  /**
   * The audiences (`@tag` names) whose types and fields make up the channel's contract, such as `['public', 'kiosk']`.
   */
  readonly tags: readonly string[];
  /**
   * The channel's folder. It holds `schema.graphql` (the channel's view fields, optional) and `operations/*.graphql`
   * (its trusted documents).
   */
  readonly directory: URL;
  /**
   * A folder of REST routes, `<version>/<resource>/<operation>.graphql`: documents that say by `@rest` where they are
   * served. They are trusted documents of the channel; see `gateway/src/rest/route.ts`.
   */
  readonly routes?: URL;
  /** Loads the resolvers of the view fields, by type and field. Called when the channel starts. */
  readonly viewResolvers?: () => Promise<ViewResolvers>;
  /** Limits in which the channel differs from `defaultLimits`. */
  readonly limits?: Partial<Limits>;
  /**
   * How often one caller may ask. By default `defaultRatePolicy` in production, and no limit in development, where one
   * token is everybody's.
   */
  readonly rates?: RatePolicy;
  /** How often the programs of one app of a partner may ask, if that is not `rates`. */
  readonly appRates?: RatePolicy;
  /** Where the channel differs from `defaultLoadPolicy`. */
  readonly load?: Partial<LoadPolicy>;
  /** Without a policy, every answer is sent as `no-store`. */
  readonly cache?: CachePolicy;
  /**
   * Origins of web apps hosted elsewhere, such as `https://www.example.com`, that browsers may let call this channel
   * (CORS). They apply wherever the channel runs, in addition to those in the setting `<CHANNEL>_ORIGINS`; by default
   * there are none.
   */
  readonly origins?: readonly string[];
  /** Where the channel's streams and sockets differ from `defaultStreamPolicy`. */
  readonly streams?: Partial<StreamPolicy>;
  /**
   * Names of the channel's web pages. The page `board` is served at `/board`: `generate` bundles the folder
   * `pages/board/` into one HTML document that loads nothing else.
   */
  readonly pages?: readonly string[];
  /** Whether the channel's pages call REST, too: they are told where it is, and REST lets their origin in. */
  readonly callsRest?: boolean;
  /** Whether view resolvers may ask domains about what their consumers have parked: `ViewContext.domains`. */
  readonly operations?: boolean;
  /** Offers the channel's documents to AI assistants at `/mcp`; without it there is no such door. */
  readonly mcp?: McpPolicy;
  /** Whether the channel serves stored pictures at `/images/`, to anybody. */
  readonly images?: boolean;
  readonly auth: {
    /**
     * The roles that may use the channel. A caller whose token has none of them is refused with 403 (on a WebSocket:
     * close code 4403).
     */
    readonly roles: readonly Role[];
    /**
     * Whether requests without a token are answered, with the scopes of `anonymous`. If not, they are refused with 401
     * (on a WebSocket: close code 4403).
     */
    readonly anonymous: boolean;
    /**
     * Whether programs of partners may call with an API key, or signed with one. Where the channel has routes, they
     * call those that their scopes allow; elsewhere they execute the documents that are registered for them.
     */
    readonly apps?: boolean;
    /**
     * The role in which screens and kiosks act that a manager has enrolled at a store. They get their tokens from the
     * channel itself, at `/device/token`. Without a role, the channel enrols none.
     */
    readonly devices?: Role;
  };
}

/**
 * What assistants may use over the Model Context Protocol: each query of the channel with a comment above it is a tool,
 * which the comment describes. A program of a partner has the documents of its own app as tools instead, queries only.
 */
export interface McpPolicy {
  /** Names of mutations that are offered as well; by default assistants only read. */
  readonly mutations?: readonly string[];
}

/**
 * Type name → field name → resolver `(parent, args, context: ViewContext)`; `__resolveReference` as in any subgraph.
 */
export type ViewResolvers = object;

/** The third argument of a view resolver: who asks, a logger, and a way to run the channel's own documents. */
export interface ViewContext {
  readonly principal: Principal;
  readonly log: Logger;
  /**
   * Runs one of the channel's own trusted documents within the process, under the same principal and trace. Takes the
   * document itself or the name of its operation. Parts that failed are null, with the reason in `errors`; `data` is
   * null when the whole document failed.
   */
  run<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables: NoInfer<Variables>,
  ): Promise<ViewResult<Data>>;
  run(operationName: string, variables?: Record<string, unknown>): Promise<ViewResult<Record<string, unknown>>>;
  /** What a channel needs that registers documents for apps; undefined for all others. */
  readonly registry?: DocumentRegistry;
  /** The way to each domain, for a channel with `operations`; undefined for all others. */
  readonly domains?: (name: string) => Transport;
  /** Makes tokens with which support acts for customers, for a channel with `operations`; undefined for all others. */
  readonly issueActingToken?: Identity['issueActingToken'];
}

/** Checks documents that partners register, and gives them to the domain that keeps them. */
export interface DocumentRegistry {
  /**
   * Checks a document as the channel will before it runs it with these variables; without any, its cost is that of
   * what is asked for at least.
   */
  check(source: string, variables?: Record<string, unknown>): CheckedDocument | readonly DocumentFault[];
  /** Runs a document once, as the app would. Undefined in production, where there are no data to play with. */
  readonly tryOut?: (source: string, variables: Record<string, unknown>, app: App) => Promise<ViewResult<unknown>>;
  /** The address by which apps call the channel. */
  readonly baseUrl: string;
  /** The way to the domain that keeps the documents. */
  readonly partners: Transport;
}

/** A document that the channel would run. */
export interface CheckedDocument {
  /** SHA-256 of `text` in hexadecimal digits. */
  readonly documentId: string;
  readonly name: string;
  /** The text in the layout of graphql-js, the fragments by name. */
  readonly text: string;
  /** The comment above it, which `text` has no more; empty when there is none. */
  readonly description: string;
  /** The variables that it declares, each with its type in TypeScript. */
  readonly variables: readonly { readonly name: string; readonly type: string; readonly required: boolean }[];
  /** What it takes of each limit. */
  readonly limits: readonly { readonly name: string; readonly has: number; readonly most: number }[];
  /** Of each entry one scope is needed. */
  readonly scopes: readonly (readonly string[])[];
}

export interface DocumentFault {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

export interface ViewResult<Data> {
  readonly data: Data | null;
  readonly errors: NonNullable<ExecutionResult['errors']>;
}

/**
 * How long browsers and CDNs may keep the answer to a query that was fetched by GET. All other answers, and every
 * answer with errors, are sent as `no-store`.
 */
export interface CachePolicy {
  /** The rules by operation name; only trusted documents have one here. */
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly maxAgeSeconds: number;
        readonly staleWhileRevalidateSeconds?: number;
        /**
         * Keeps the answers in this process, too, until an event comes that they may depend on.
         */
        readonly keep?: KeepRule;
      }
    >
  >;
}

/**
 * For whom an answer is kept: one for everybody (`public`), for each store that callers are bound to, or for each
 * caller. A channel does not start if an answer depends on more of its caller than this, by the schema's `@variesBy`.
 */
export interface KeepRule {
  readonly for: 'public' | 'store' | 'caller';
  /**
   * For how long at most: what changes with time alone, such as whether a store is open, sends no event. A CDN that is
   * told of events (`CDN_PURGE_URL`) keeps public answers as long.
   */
  readonly seconds: number;
}

/** What may be asked for in a minute. Replicas that share a store of rates count together, over every transport. */
export interface Rate {
  readonly requestsPerMinute: number;
  /** Fields of mutations, each as often as a document selects it, whatever its alias. */
  readonly mutationsPerMinute: number;
}

/** What one caller may ask for in a minute; to open a stream is a request. Open streams have limits of their own. */
export interface RatePolicy extends Rate {
  /**
   * What all callers of one address of the internet (of IPv6, one network of 64 bits) may ask for together, with and
   * without a token. By default there is no such limit.
   */
  readonly perAddress?: Rate;
}

/**
 * A busy screen asks some times a second, and nobody changes something more often than twice a second. Behind one
 * address are all guests of a store's wireless network, or many of a mobile carrier's customers.
 */
export const defaultRatePolicy: RatePolicy = {
  requestsPerMinute: 1_200,
  mutationsPerMinute: 120,
  perAddress: { requestsPerMinute: 6_000, mutationsPerMinute: 600 },
};

/**
 * How many queries and mutations of the channel run at once in one process, over every transport, and what becomes of
 * the rest. Streams have limits of their own.
 */
export interface LoadPolicy {
  readonly maxRunning: number;
  /** So many of them are kept for what is urgent: mutations, and the operations in `first`. */
  readonly keptForUrgent: number;
  /** Requests that wait for their turn. With one more, somebody who browses, or who has the most, is refused. */
  readonly maxWaiting: number;
  /** Who has waited this long is refused: in milliseconds. */
  readonly waitMs: number;
  /** Names of trusted documents that go before browsing, as mutations do: how an order stands. */
  readonly first: readonly string[];
}

export const defaultLoadPolicy: LoadPolicy = {
  maxRunning: 100,
  keptForUrgent: 25,
  maxWaiting: 1_000,
  waitMs: 5_000,
  first: [],
};

/**
 * Limits and timing of the channel's WebSockets and event streams. Names that end with `Ms` are in milliseconds. Limits
 * apply to one process (one replica).
 */
export interface StreamPolicy {
  /** Operations that may run at once on one WebSocket. */
  readonly maxSubscriptionsPerSocket: number;
  /**
   * Subscriptions of one caller over all its connections. Callers without a token cannot be told apart, so they are not
   * counted.
   */
  readonly maxSubscriptionsPerCaller: number;
  /** Connections of one caller. Callers without a token are not counted. */
  readonly maxConnectionsPerCaller: number;
  /** Connections of all callers together. */
  readonly maxConnections: number;
  /**
   * Connections of all callers of one address of the internet (of IPv6, one network of 64 bits), with and without a
   * token, so that nobody takes all of them alone.
   */
  readonly maxConnectionsPerAddress: number;
  /** Bytes that the running operations of one connection may keep in memory: their ids, and their variables as JSON. */
  readonly maxHeldBytesPerConnection: number;
  /** The same, for one caller over all its connections. */
  readonly maxHeldBytesPerCaller: number;
  /**
   * The same, for all callers together. Callers without a token may take at most half of it, so that there is room left
   * for those with one.
   */
  readonly maxHeldBytes: number;
  /**
   * Events that may wait to be rendered for one stream. When one more comes, the waiting events are dropped and each
   * subscriber gets a snapshot (`resync`, reason `lagged`) instead.
   */
  readonly maxQueuedEvents: number;
  /** The same limit in bytes of the events' JSON. */
  readonly maxQueuedBytes: number;
  /** The same in bytes, for all streams of the process together. */
  readonly maxQueuedBytesPerProcess: number;
  /**
   * A client lags when this many messages, or `lagBytes`, have been sent to it and not yet read. Its streams then send
   * nothing more until it reads; after that it gets a snapshot (`resync`, reason `lagged`).
   */
  readonly lagMessages: number;
  readonly lagBytes: number;
  /**
   * A connection is cut when more than this has been sent to it and not read. Since lagging streams pause, this happens
   * to clients that do not read the answers to their own requests.
   */
  readonly maxUnreadBytesPerConnection: number;
  /** The same, for all connections of the process together: those with the most unread bytes are cut. */
  readonly maxUnreadBytes: number;
  /** A connection is cut when its client reads nothing of what is sent for this long. */
  readonly maxStallMs: number;
  /**
   * A client that resumes is sent the events that it missed if there are at most this many; otherwise it gets a
   * snapshot.
   */
  readonly maxReplayedEvents: number;
  /** Shortest time between two messages of a stream with `delivery: "latest"`. */
  readonly latestIntervalMs: number;
  /** Shortest time between two messages of a stream with `delivery: "sampled"`. */
  readonly sampleIntervalMs: number;
  /**
   * When an answer is older than the event that it is meant to show (its read model is behind), it is read again for
   * this long before the client is told anything.
   */
  readonly behindPatienceMs: number;
  /** A stream ends with an error when a subgraph that it reads has not answered for this long. */
  readonly failurePatienceMs: number;
  /** Pause between two attempts to read an answer that is still too old after `behindPatienceMs`. */
  readonly retryMs: number;
  /** How many such attempts there are before the stream ends with an error. */
  readonly staleTries: number;
  /** Interval between pings to a client. A client that has not answered one by the time of the next is cut off. */
  readonly pingMs: number;
  /** A connection on which no operation has run for this long is closed with 1000. */
  readonly idleMs: number;
  /**
   * A connection is closed with 1001 at this age, give or take a tenth at random, so that reconnecting clients spread
   * evenly over the replicas.
   */
  readonly maxAgeMs: number;
  /**
   * A channel that shuts down closes its connections spread over this time, so that not all clients reconnect in the
   * same moment.
   */
  readonly drainMs: number;
  /** New connections that may wait for their upgrade when many come at once; more are refused with 503. */
  readonly maxWaitingUpgrades: number;
}

const mebibyte = 1024 * 1024;

export const defaultStreamPolicy: StreamPolicy = {
  maxSubscriptionsPerSocket: 100,
  maxSubscriptionsPerCaller: 1_000,
  maxConnectionsPerCaller: 100,
  maxConnections: 20_000,
  maxConnectionsPerAddress: 5_000,
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
