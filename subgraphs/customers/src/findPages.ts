import { pagedList, sortable, type Page } from '#platform/subgraph/connection.ts';
import type { ConsentChangeRow } from './customer.ts';
import type { Customers } from './context.ts';

export interface FavouriteRow {
  readonly customerId: string;
  readonly storeId: string;
  readonly addedAt: Date;
}

type Reader = Pick<Customers, 'pool'>;

export const consentList = pagedList('consents', [sortable.instant, sortable.id]);
export const favouriteList = pagedList('favourites', [sortable.instant, sortable.id]);
export type CustomerPage = Page<readonly [string, string]>;

/**
 * The consent history of several customers, newest first, in one statement: for each a page and one more row, which
 * tells whether there is a next page.
 */
export async function findConsentHistory(
  domain: Reader,
  customerIds: readonly string[],
  page: CustomerPage,
): Promise<ConsentChangeRow[]> {
  const { rows } = await domain.pool.query<ConsentChangeRow>(
    `SELECT page.id, page.customer_id AS "customerId", page.purpose, page.granted, page.at, page.channel
     FROM unnest($1::uuid[]) AS owner (id) CROSS JOIN LATERAL (
       SELECT * FROM consent_change WHERE customer_id = owner.id AND ($2::timestamptz IS NULL OR (at, id) < ($2::timestamptz, $3::uuid))
       ORDER BY at DESC, id DESC LIMIT $4
     ) AS page ORDER BY page.customer_id, page.at DESC, page.id DESC`,
    [customerIds, ...(page.after ?? [null, null]), page.limit + 1],
  );
  return rows;
}

/**
 * The favourite stores of several customers, the latest addition first, in one statement: for each a page and one
 * more row.
 */
export async function findFavourites(
  domain: Reader,
  customerIds: readonly string[],
  page: CustomerPage,
): Promise<FavouriteRow[]> {
  const { rows } = await domain.pool.query<FavouriteRow>(
    `SELECT page.customer_id AS "customerId", page.store_id AS "storeId", page.added_at AS "addedAt"
     FROM unnest($1::uuid[]) AS owner (id) CROSS JOIN LATERAL (
       SELECT * FROM favourite_store WHERE customer_id = owner.id AND ($2::timestamptz IS NULL OR (added_at, store_id) < ($2::timestamptz, $3::uuid))
       ORDER BY added_at DESC, store_id DESC LIMIT $4
     ) AS page ORDER BY page.customer_id, page.added_at DESC, page.store_id DESC`,
    [customerIds, ...(page.after ?? [null, null]), page.limit + 1],
  );
  return rows;
}
