import type { Page, SortKey } from '#platform/subgraph/connection.ts';
import { CodedError } from '#platform/subgraph/codedError.ts';
import type { ConsentChangeRow } from './customer.ts';
import type { Customers } from './context.ts';
import { isId } from './ownership.ts';

export interface FavouriteRow {
  readonly customerId: string;
  readonly storeId: string;
  readonly addedAt: Date;
}

type Reader = Pick<Customers, 'pool'>;

/** A cursor of these lists is an instant and an id. Cursors come from clients: what is neither is refused before SQL sees it. */
function behind(after: SortKey | undefined): [string | null, string | null] {
  if (!after) return [null, null];
  const [at, id] = after;
  if (typeof at !== 'string' || typeof id !== 'string' || Number.isNaN(Date.parse(at)) || !isId(id)) {
    throw new CodedError('BAD_USER_INPUT', '`after` is not a cursor of this list. Pass an `endCursor` as it came.');
  }
  return [at, id];
}

/** What the customers ever answered, the newest first: a page of each, and one more row, in one statement. */
export async function findConsentHistory(domain: Reader, customerIds: readonly string[], page: Page): Promise<ConsentChangeRow[]> {
  const { rows } = await domain.pool.query<ConsentChangeRow>(
    `SELECT page.id, page.customer_id AS "customerId", page.purpose, page.granted, page.at, page.channel
     FROM unnest($1::uuid[]) AS owner (id) CROSS JOIN LATERAL (
       SELECT * FROM consent_change WHERE customer_id = owner.id AND ($2::timestamptz IS NULL OR (at, id) < ($2::timestamptz, $3::uuid))
       ORDER BY at DESC, id DESC LIMIT $4
     ) AS page ORDER BY page.customer_id, page.at DESC, page.id DESC`,
    [customerIds, ...behind(page.after), page.limit + 1],
  );
  return rows;
}

/** The customers' favourite stores, the latest first: a page of each, and one more row, in one statement. */
export async function findFavourites(domain: Reader, customerIds: readonly string[], page: Page): Promise<FavouriteRow[]> {
  const { rows } = await domain.pool.query<FavouriteRow>(
    `SELECT page.customer_id AS "customerId", page.store_id AS "storeId", page.added_at AS "addedAt"
     FROM unnest($1::uuid[]) AS owner (id) CROSS JOIN LATERAL (
       SELECT * FROM favourite_store WHERE customer_id = owner.id AND ($2::timestamptz IS NULL OR (added_at, store_id) < ($2::timestamptz, $3::uuid))
       ORDER BY added_at DESC, store_id DESC LIMIT $4
     ) AS page ORDER BY page.customer_id, page.added_at DESC, page.store_id DESC`,
    [customerIds, ...behind(page.after), page.limit + 1],
  );
  return rows;
}
