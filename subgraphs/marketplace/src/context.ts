import type { PrismaClient } from '#generated/marketplace/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Marketplace = Domain<PrismaClient>;
export type Context = RequestContext<Marketplace, Loaders>;
export type Tx = TransactionOf<Marketplace['db']>;
