import type { PrismaPg } from '@prisma/adapter-pg';
import type { ApolloServerPlugin } from '@apollo/server';
import type { z } from 'zod';
import type { Consumer } from '#platform/events/consumer.ts';
import type { ReadModel } from '#platform/events/defineReadModel.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import type { Transfer } from '#platform/transfer/transfer.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';

/**
 * A loop that lives as long as the subgraph. It returns soon after `signal` fires; if it throws, it is logged and begun
 * again.
 */
export interface Background {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** A durable process that the domain owns; what it registers is for `platform/sagas`. */
export interface SagaDefinition<D> {
  readonly name: string;
  /** Called once, before the durable runtime starts. */
  register(domain: D): void;
}

export interface SubgraphParts<Db, Loaders> {
  /** As in the registry. */
  readonly name: string;
  /** Where `schema.graphql` and `prisma/` are. */
  readonly directory: URL;
  /** The Prisma client on the pool of the domain's own database. */
  readonly database: (adapter: PrismaPg) => Db;
  readonly resolvers: object;
  /** Fresh for each request. */
  readonly loaders: (domain: Domain<Db>, principal: Principal) => Loaders;
  /** Plugins of Apollo Server; their hooks run within the process and over HTTP alike. */
  readonly plugins?: readonly ApolloServerPlugin<RequestContext<Domain<Db>, Loaders>>[];
  readonly services?: (domain: Domain<Db>) => readonly RpcService[];
  readonly consumers?: readonly Consumer[];
  readonly readModels?: readonly ReadModel[];
  readonly sagas?: readonly SagaDefinition<Domain<Db>>[];
  /** Fills an empty database; runs once per database, in development. Same data every time. */
  readonly seed?: (domain: Domain<Db>) => Promise<void>;
  /** What of its data `import` brings in and `export` takes out. */
  readonly transfer?: Transfer<Domain<Db>>;
  readonly background?: (domain: Domain<Db>) => readonly Background[];
  /** Own configuration keys, each with a default. */
  readonly config?: z.ZodObject;
}

/** A subgraph as the platform runs it, whatever its client and loaders are. */
export type SubgraphDefinition = SubgraphParts<unknown, unknown>;

/** Checks a definition's types against each other, and hands it to the platform. */
export const defineSubgraph = <Db, Loaders>(parts: SubgraphParts<Db, Loaders>): SubgraphDefinition =>
  parts as unknown as SubgraphDefinition;
