import type { PrismaClient } from '#generated/customers/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Customers = Domain<PrismaClient>;
export type Tx = TransactionOf<PrismaClient>;
export type Context = RequestContext<Customers, Loaders>;
