import type { PrismaClient } from '#generated/loyalty/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Loyalty = Domain<PrismaClient>;
export type Context = RequestContext<Loyalty, Loaders>;

/** What a consumer's handler is given. */
export interface Heard {
  readonly domain: Loyalty;
  readonly tx: TransactionOf<Loyalty['db']>;
}
