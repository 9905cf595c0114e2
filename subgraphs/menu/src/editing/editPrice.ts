import { isId } from '#platform/domain/id.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import { chainLimits } from '#schema/chainLimits.ts';
import type { MenuDomain } from '../context.ts';
import { hasTwice } from './checkTexts.ts';
import { invalid, type EditRefusal, type MenuEdit, type PriceFields } from './menuEdit.ts';

/** Whose price is another one now: the store (null: the whole list) and what is priced. */
export interface TouchedPrice {
  readonly store_id: string | null;
  readonly price_list_id: string;
  readonly subject_id: string;
}

const maxAmount = chainLimits.amount;
const maxStores = 500;
/**
 * How far `validFrom` may lie in the past, in milliseconds, before it is refused: it allows for clients whose clocks
 * are slow and for the time that the request takes.
 */
const tolerance = 60_000;

/** What is wrong with a price as it is asked for, whatever the menu says. */
export function priceProblem(fields: PriceFields, now: Date): EditRefusal | undefined {
  const { country, storeIds, amount, validFrom, validUntil } = fields;
  if ((country === null) === (storeIds.length === 0))
    return invalid('country', 'Give either `country` or stores, not both.');
  if (storeIds.length > maxStores || hasTwice(storeIds))
    return invalid('storeIds', `Give at most ${maxStores} stores, each once.`);
  if (Math.abs(amount) > maxAmount) return invalid('amount', `The amount must lie between 0 and ${maxAmount}.`);
  const from = validFrom ? Date.parse(validFrom) : now.getTime();
  if (from < now.getTime() - tolerance)
    return invalid(
      'validFrom',
      'A price cannot begin in the past, since orders were taken at the price that was valid then.',
    );
  if (validUntil && Date.parse(validUntil) <= from)
    return invalid('validUntil', '`validUntil` must be later than `validFrom`.');
  return undefined;
}

interface Listed {
  readonly listId: string;
  readonly storeId: string | null;
}

/** The price list of the country, or of each store. Undefined when one has none. */
async function listsOf(tx: SqlTx, { country, storeIds }: PriceFields): Promise<Listed[] | undefined> {
  if (!storeIds.every(isId)) return undefined;
  const lists = await tx.$queryRawUnsafe<Listed[]>(
    `SELECT id::text AS "listId", NULL AS "storeId" FROM price_list WHERE country = $1
     UNION ALL SELECT price_list_id::text, store_id::text FROM store_price_list WHERE store_id = ANY ($2::uuid[])`,
    country,
    storeIds,
  );
  return lists.length === Math.max(1, storeIds.length) ? lists : undefined;
}

/** What can have a price now, and whether it is an item; undefined when there is no such thing. */
async function pricedKind(tx: SqlTx, id: string): Promise<'item' | 'part' | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await tx.$queryRawUnsafe<{ kind: 'item' | 'part' }[]>(
    `SELECT 'item' AS kind FROM menu_item WHERE id = $1::uuid AND removed_at IS NULL
     UNION ALL SELECT 'part' FROM item_size WHERE id = $1::uuid AND removed_at IS NULL
     UNION ALL SELECT 'part' FROM modifier WHERE id = $1::uuid AND removed_at IS NULL
     UNION ALL SELECT 'part' FROM slot_choice WHERE id = $1::uuid`,
    id,
  );
  return row?.kind;
}

/**
 * Adds a price, or for each of several stores a price of its own. Of windows that hold at once, the one that began last
 * counts, and a store's own before its country's: so none has to be taken away.
 */
export async function editPrice(
  { newId }: MenuDomain,
  tx: SqlTx,
  { fields }: Extract<MenuEdit, { kind: 'PRICE' }>,
  now: Date,
): Promise<EditRefusal | { readonly kind: 'written'; readonly touched: readonly TouchedPrice[] }> {
  const validFrom = fields.validFrom && Date.parse(fields.validFrom) > now.getTime() ? fields.validFrom : null;
  const from = validFrom ?? now.toISOString();
  const problem = priceProblem({ ...fields, validFrom }, now);
  if (problem) return problem;
  const lists = await listsOf(tx, fields);
  if (!lists) return { kind: 'priceListNotFound' };
  const kind = await pricedKind(tx, fields.subjectId);
  if (!kind) return { kind: 'notFound' };
  if (kind === 'item' && fields.amount < 0) return invalid('amount', `The amount must lie between 0 and ${maxAmount}.`);
  const rows = lists.map(({ listId, storeId }) => ({
    id: newId(),
    price_list_id: listId,
    store_id: storeId,
    subject_id: fields.subjectId,
    amount: fields.amount,
    valid_from: from,
    valid_until: fields.validUntil,
  }));
  await tx.$executeRawUnsafe(
    'INSERT INTO price SELECT * FROM jsonb_populate_recordset(NULL::price, $1::jsonb)',
    JSON.stringify(rows),
  );
  return { kind: 'written', touched: rows };
}
