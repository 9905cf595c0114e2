import DataLoader from 'dataloader';
import { sqlTx } from '#platform/events/sqlTx.ts';
import type { Catalogue } from './catalogue.ts';
import type { MenuDomain } from './context.ts';
import { catalogueAt } from './loadCatalogue.ts';
import { loadStoreMenus } from './loadStoreMenus.ts';
import { menuChanges, type Changes, type ChangesRequest } from './menuChanges.ts';
import type { StoreMenu } from './storeMenu.ts';

export interface Loaders {
  /** The catalogue as of this request. */
  catalogue(): Promise<Catalogue>;
  /** By store id; null for a store without a price list. */
  readonly storeMenu: DataLoader<string, StoreMenu | null>;
  readonly changes: DataLoader<ChangesRequest, Changes | null>;
}

export function loaders(domain: MenuDomain): Loaders {
  const sql = sqlTx(domain.pool);
  let catalogue: Promise<Catalogue> | undefined;
  const readCatalogue = async (): Promise<Catalogue> => {
    const [row] = await sql.$queryRawUnsafe<{ catalogue: number }[]>('SELECT catalogue FROM menu_version');
    return catalogueAt(domain, row!.catalogue, sql);
  };
  return {
    catalogue: () => (catalogue ??= readCatalogue()),
    storeMenu: new DataLoader(async (ids) => {
      const stores = await loadStoreMenus(domain, sql, ids);
      return ids.map((id) => stores.get(id) ?? null);
    }),
    changes: new DataLoader((requests) => menuChanges(domain, requests), { cache: false }),
  };
}
