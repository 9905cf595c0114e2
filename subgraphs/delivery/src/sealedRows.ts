import type { SealedRows } from '#platform/pii/sealedRows.ts';

/** What is sealed by a courier's key. Where a delivery goes has a key of its own, which is deleted when it ends. */
export const sealedRows: SealedRows = {
  keys: { table: 'courier', owner: 'id', wrapped: 'wrapped_key' },
  lock: { table: 'courier', owner: 'id' },
  tables: [{ table: 'courier', place: 'courier', row: 'id', owner: 'id', columns: { displayName: 'display_name' } }],
};
