import type { PrismaClient } from '#generated/partners/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Partners = Domain<PrismaClient>;
export type Context = RequestContext<Partners, Loaders>;

/** What a consumer gets beside the event. */
export interface Heard {
  readonly domain: Partners;
  readonly tx: TransactionOf<PrismaClient>;
}
