import type { SealedRows } from '#platform/pii/sealedRows.ts';

/** What is sealed by the key that notifications has for a customer: the messages they were sent. */
export const sealedRows: SealedRows = {
  keys: { table: 'recipient', owner: 'customer_id', wrapped: 'wrapped_key' },
  lock: { table: 'recipient', owner: 'customer_id' },
  tables: [{ table: 'message', place: 'message', row: 'id', owner: 'customer_id', columns: { content: 'content' } }],
};
