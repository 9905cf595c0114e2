import type { PrismaPg } from '@prisma/adapter-pg';
import type { ApolloServerPlugin } from '@apollo/server';
import type { z } from 'zod';
import type { Consumer } from '#platform/events/consumer.ts';
import type { ReadModel } from '#platform/events/defineReadModel.ts';
import type { Principal } from '#platform/identity/principal.ts';
import type { SealedRows } from '#platform/pii/sealedRows.ts';
import type { RpcService } from '#platform/rpc/service.ts';
import type { Transfer } from '#platform/transfer/transfer.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Report } from '#platform/telemetry/metrics.ts';
import type { PersonalData } from './personalData.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';

/**
 * A loop that runs as long as the subgraph. It must return soon after `signal` fires. If it throws, the error is logged
 * and the loop is started again after a pause.
 */
export interface Background {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** A saga of the domain; made by `defineSaga` of `platform/sagas`. */
export interface SagaDefinition<D> {
  readonly name: string;
  /** Called once, before the saga runtime starts. */
  register(domain: D): void;
  /** The saga of this id with its steps and undos, as far as it has come; empty if there is none. */
  history(id: string): Promise<TimelineEntry[]>;
}

/** What the Prisma client of a domain is made with. */
export interface DatabaseOptions {
  readonly adapter: PrismaPg;
  /** Other formats have the client look, at each call, for the line that calls: to draw it in an error's message. */
  readonly errorFormat: 'minimal';
}

export interface SubgraphParts<Db, Loaders> {
  /** The subgraph's name in `schema/subgraphs.ts`. */
  readonly name: string;
  /** The folder that holds `schema.graphql` and `prisma/`. */
  readonly directory: URL;
  /** Makes the Prisma client, on the pool of the domain's own database. */
  readonly database: (options: DatabaseOptions) => Db;
  readonly resolvers: object;
  /** Makes the DataLoaders of one request. */
  readonly loaders: (domain: Domain<Db>, principal: Principal) => Loaders;
  /** Plugins of Apollo Server. Their hooks run whether the gateway calls within the process or over HTTP. */
  readonly plugins?: readonly ApolloServerPlugin<RequestContext<Domain<Db>, Loaders>>[];
  readonly services?: (domain: Domain<Db>) => readonly RpcService[];
  readonly consumers?: readonly Consumer[];
  readonly readModels?: readonly ReadModel[];
  readonly sagas?: readonly SagaDefinition<Domain<Db>>[];
  /** Fills an empty database; runs once per database, in development. It must make the same data every time. */
  readonly seed?: (domain: Domain<Db>) => Promise<void>;
  /** What it keeps about customers, who may ask for all of it. */
  readonly personalData?: PersonalData<Domain<Db>>;
  /** What of it is sealed by a key of each person, which an operator may exchange. */
  readonly sealed?: SealedRows;
  /** Where it has noted what became of an order, which staff may ask of all domains together. */
  readonly timeline?: Timeline;
  /** Gauges of the domain's own, read whenever somebody asks for the metrics. */
  readonly gauges?: (domain: Domain<Db>, report: Report) => Promise<void>;
  /** What of its data `import` brings in and `export` takes out. */
  readonly transfer?: Transfer<Domain<Db>>;
  readonly background?: (domain: Domain<Db>) => readonly Background[];
  /** The subgraph's own settings, each with a default. */
  readonly config?: z.ZodObject;
}

/** A subgraph's definition without the types of its database client and loaders, which the platform does not need. */
export type SubgraphDefinition = SubgraphParts<unknown, unknown>;

/** Declares a subgraph. It checks that the types of the parts (client, loaders, resolvers' context) fit each other. */
export const defineSubgraph = <Db, Loaders>(parts: SubgraphParts<Db, Loaders>): SubgraphDefinition =>
  parts as unknown as SubgraphDefinition;
