import type { PrismaClient } from '#generated/payments/prisma/client.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Payments = Domain<PrismaClient>;
export type Context = RequestContext<Payments, Loaders>;
