import type { PrismaClient } from '#generated/inventory/prisma/client.ts';
import type { Domain, RequestContext, TransactionOf } from '#platform/domain/domain.ts';
import type { Loaders } from './loaders.ts';

export type Inventory = Domain<PrismaClient>;
export type InventoryTx = TransactionOf<PrismaClient>;
export type Context = RequestContext<Inventory, Loaders>;
