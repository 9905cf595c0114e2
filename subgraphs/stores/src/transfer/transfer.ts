import type { Transfer } from '#platform/transfer/transfer.ts';
import type { Stores } from '../context.ts';
import { checkStores } from './checkStores.ts';
import { readStores } from './readStores.ts';
import { writeStores } from './writeStores.ts';

/** Stores, their taxes and their hours. */
export const transfer: Transfer<Stores> = {
  async ids({ db }) {
    const stores = await db.store.findMany({ select: { id: true, country: true } });
    return { store: stores.map(({ id }) => id), country: [...new Set(stores.map(({ country }) => country))] };
  },
  check: checkStores,
  write: writeStores,
  read: readStores,
};
