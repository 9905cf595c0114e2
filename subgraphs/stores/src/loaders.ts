import DataLoader from 'dataloader';
import { isId } from '#platform/domain/id.ts';
import type { Stores } from './context.ts';
import { readStores, type StoreRow } from './store.ts';

export interface Loaders {
  /** Stores by id; null when no store has the id. */
  readonly storeById: DataLoader<string, StoreRow | null>;
}

export function loaders(domain: Stores): Loaders {
  return {
    storeById: new DataLoader(async (ids) => {
      const rows = await readStores(domain.pool, ids.filter(isId));
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
