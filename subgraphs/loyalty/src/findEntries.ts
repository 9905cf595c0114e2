import type { LedgerEntry } from '#generated/loyalty/prisma/client.ts';
import type { Loyalty } from './context.ts';

/** A ledger entry as queries read it: its 64-bit balance is a JavaScript number, which is exact for all balances. */
export type EntryRow = Omit<LedgerEntry, 'balance'> & { readonly balance: number };

export interface EntryPage {
  readonly customerId: string;
  readonly limit: number;
  /** Only entries with a lower version; null for the newest page. */
  readonly before: number | null;
}

/**
 * A page of each account's ledger, newest first, in one statement. Each has one entry more than the page if there is
 * one, which tells whether there is a next page.
 */
export async function findEntries(domain: Loyalty, pages: readonly EntryPage[]): Promise<EntryRow[][]> {
  const { rows } = await domain.pool.query<EntryRow & { page: number }>(
    `SELECT asked.page::int, entry.customer_id AS "customerId", entry.version, entry.order_id AS "orderId", entry.kind, entry.points, entry.balance::float8, entry.at
       FROM unnest($1::uuid[], $2::int[], $3::int[]) WITH ORDINALITY AS asked (customer_id, most, before, page)
      CROSS JOIN LATERAL (
        SELECT * FROM ledger_entry
         WHERE customer_id = asked.customer_id AND (asked.before IS NULL OR version < asked.before)
         ORDER BY version DESC LIMIT asked.most
      ) AS entry
      ORDER BY asked.page, entry.version DESC`,
    [pages.map(({ customerId }) => customerId), pages.map(({ limit }) => limit + 1), pages.map(({ before }) => before)],
  );
  return pages.map((_page, index) => rows.filter(({ page }) => page === index + 1));
}
