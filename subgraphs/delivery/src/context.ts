import type { Delivery, PrismaClient } from '#generated/delivery/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Deliveries = Domain<PrismaClient>;
export type Tx = TransactionOf<PrismaClient>;
export type Context = RequestContext<Deliveries, Loaders>;
export type DeliveryRow = Delivery;
/** What a consumer's handler is given. */
export interface Heard {
  readonly domain: Deliveries;
  readonly tx: Tx;
}
