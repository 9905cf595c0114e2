import type { PrismaClient } from '#generated/memberships/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Memberships = Domain<PrismaClient>;
export type Context = RequestContext<Memberships, Loaders>;
export type Tx = TransactionOf<Memberships['db']>;
