import type { PrismaClient } from '#generated/stores/prisma/client.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Stores = Domain<PrismaClient>;
export type Context = RequestContext<Stores, Loaders>;
