import type { PrismaClient } from '#generated/orders/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Orders = Domain<PrismaClient>;
/** What a consumer's handler is given. */
export interface Heard {
  readonly domain: Orders;
  readonly tx: TransactionOf<Orders['db']>;
}
export type Context = RequestContext<Orders, Loaders>;

/** A reference to an entity of another subgraph, by its id. */
export interface Stub {
  readonly id: string;
}
