import type { DeviceStore, KeptDevice } from '#clients/device-credential/src/deviceCredential.ts';

const database = 'drburger';
const table = 'device';
const only = 'this';

/**
 * Keeps this device in IndexedDB, which can hold a key that the page cannot read. It outlasts a restart of browser and
 * system; where the browser allows it, it is also not cleared when the disk is full.
 */
export const deviceStore: DeviceStore = {
  load: () => inTable<KeptDevice | undefined>('readonly', (kept) => kept.get(only)),
  async keep(device) {
    await inTable('readwrite', (kept) => (device ? kept.put(device, only) : kept.delete(only)));
    if (device) await navigator.storage?.persist?.();
  },
};

function inTable<Result>(
  mode: IDBTransactionMode,
  work: (kept: IDBObjectStore) => { readonly result: unknown },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(table);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB cannot be opened'));
    opening.onsuccess = () => {
      const opened = opening.result;
      const transaction = opened.transaction(table, mode);
      const request = work(transaction.objectStore(table));
      transaction.oncomplete = () => {
        opened.close();
        resolve(request.result as Result);
      };
      transaction.onabort = () => {
        opened.close();
        reject(transaction.error ?? new Error('IndexedDB refused'));
      };
    };
  });
}
