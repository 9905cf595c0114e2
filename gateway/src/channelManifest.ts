import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Principal } from '#platform/identity/principal.ts';
import type { Role } from '#schema/scopes.ts';
import type { Limits } from './limits.ts';

/**
 * A channel as data: what part of the graph it has, what it adds, what it runs and for whom. The runtime does the rest; no channel
 * has a server of its own. Composition reads this before anything is generated, so a manifest imports nothing but types.
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
  readonly streams?: Partial<StreamPolicy>;
  readonly auth: {
    /** A token with none of these is refused with 403 (on a socket: 4403). */
    readonly roles: readonly Role[];
    /** Whether a request without a token is answered, with the scopes of `anonymous`; else 401 (on a socket: 4403). */
    readonly anonymous: boolean;
  };
}

/** Type name → field name → resolver `(parent, args, context: ViewContext)`; `__resolveReference` as in any subgraph. */
export type ViewResolvers = object;

/** What a view resolver is handed. */
export interface ViewContext {
  readonly principal: Principal;
  readonly log: Logger;
  /**
   * Runs one of the channel's own stored documents within the process, under the same principal and trace.
   * By document, or by the name of its operation. Parts that failed are null, with the reason in `errors`; `data` is null when
   * the whole failed.
   */
  run<Data, Variables extends Record<string, unknown>>(document: TypedDocumentNode<Data, Variables>, variables: NoInfer<Variables>): Promise<ViewResult<Data>>;
  run(operationName: string, variables?: Record<string, unknown>): Promise<ViewResult<Record<string, unknown>>>;
}

export interface ViewResult<Data> {
  readonly data: Data | null;
  readonly errors: NonNullable<ExecutionResult['errors']>;
}

/** How long the answer to a query fetched by GET may be kept. Everything else, and every answer with errors, is `no-store`. */
export interface CachePolicy {
  /** By operation name of a trusted document. */
  readonly operations: Readonly<Record<string, { readonly maxAgeSeconds: number; readonly staleWhileRevalidateSeconds?: number }>>;
}

/** How the channel's sockets and streams behave. */
export interface StreamPolicy {
  readonly maxSubscriptionsPerSocket: number;
  /** Events that wait for one subscription before it is told that it lagged, and gets a snapshot. */
  readonly maxQueuedEvents: number;
  /** Between two messages of a stream with `delivery: "latest"`. */
  readonly latestIntervalMs: number;
}

export const defaultStreamPolicy: StreamPolicy = { maxSubscriptionsPerSocket: 100, maxQueuedEvents: 64, latestIntervalMs: 1000 };
