import type { PrismaClient } from '#generated/menu/prisma/client.ts';
import type { Domain, RequestContext } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type MenuDomain = Domain<PrismaClient>;
export type Context = RequestContext<MenuDomain, Loaders>;
