import type { PrismaClient } from '#generated/partners/prisma/client.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Partners = Domain<PrismaClient>;
export type Context = RequestContext<Partners, Loaders>;
