import { z } from 'zod';
import { hasContract } from '#platform/outward/hasContract.ts';
import { outwardOf } from '#platform/outward/outwardOf.ts';
import { counterparts } from '#schema/counterparts.ts';
import type { Inventory } from './context.ts';
import { documentsSupplier } from './suppliers/documentsSupplier.ts';
import { ordersSupplier } from './suppliers/ordersSupplier.ts';
import type { Supplier } from './suppliers/supplier.ts';

export const config = z.object({
  SUPPLIER_URL: z
    .union([z.literal(''), z.url()])
    .default('')
    .describe('base address of the supplier of ingredients, without a slash at the end; empty: nothing is ordered'),
  SUPPLIER_API: z
    .enum(['orders', 'documents'])
    .default('orders')
    .describe('how the supplier is spoken to: by its orders, or by documents (sandbox/supplier/README.md)'),
  SUPPLIER_API_KEY: z.string().default('').describe('API key for the supplier'),
});

const settingsOf = ({ config: settings }: Pick<Inventory, 'config'>) => settings as z.output<typeof config>;

/** @throws StartupError when the supplier's address is set, but not its key */
export const hasSupplier = (domain: Pick<Inventory, 'config'>): boolean =>
  hasContract(settingsOf(domain), 'SUPPLIER_URL', 'SUPPLIER_API_KEY');

const adapters = { orders: ordersSupplier, documents: documentsSupplier } as const;

export const supplierOf = (domain: Inventory): Supplier =>
  adapters[settingsOf(domain).SUPPLIER_API]({
    url: settingsOf(domain).SUPPLIER_URL,
    apiKey: settingsOf(domain).SUPPLIER_API_KEY,
    outward: outwardOf(domain, counterparts.supplier),
  });
