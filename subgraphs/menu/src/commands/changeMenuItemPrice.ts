import { MenuItemChanged } from '#schema/events/menu.ts';
import type { SqlTx } from '#platform/events/sqlTx.ts';
import type { Principal } from '#platform/identity/principal.ts';
import { isId } from '#platform/domain/id.ts';
import { idempotent } from '#platform/subgraph/idempotency.ts';
import { availabilityEvents, oneOfEach } from '../availabilityEvents.ts';
import { lockMenu, recordChanges } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadStoreMenus, menusOfStores } from '../loadStoreMenus.ts';
import type { StoreMenu } from '../storeMenu.ts';

export interface PriceChange {
  readonly idempotencyKey: string;
  readonly menuItemId: string;
  readonly country: string | null;
  readonly storeId: string | null;
  readonly amount: number;
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

export type ChangePriceOutcome =
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string }
  | { readonly kind: 'itemNotFound' }
  | { readonly kind: 'priceListNotFound' }
  | {
      readonly kind: 'done';
      readonly menuItemId: string;
      readonly amount: number;
      readonly currency: string;
      readonly exponent: number;
      readonly validFrom: string;
      readonly validUntil: string | null;
    };

const maxAmount = 10_000_000;
/**
 * How far `validFrom` may lie in the past, in milliseconds, before it is refused: it allows for clients whose clocks
 * are slow and for the time that the request takes.
 */
const tolerance = 60_000;

const invalid = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;

function inputProblem(change: PriceChange, now: Date): ChangePriceOutcome | undefined {
  if ((change.country === null) === (change.storeId === null))
    return invalid('country', 'Give either `country` or `storeId`, not both.');
  if (change.amount < 0 || change.amount > maxAmount)
    return invalid('amount', `The amount must lie between 0 and ${maxAmount}.`);
  const from = change.validFrom ?? now;
  if (from.getTime() < now.getTime() - tolerance)
    return invalid(
      'validFrom',
      'A price cannot begin in the past, since orders were taken at the price that was valid then.',
    );
  if (change.validUntil && change.validUntil <= from)
    return invalid('validUntil', '`validUntil` must be later than `validFrom`.');
  return undefined;
}

interface ListRow {
  readonly id: string;
  readonly country: string;
  readonly currency: string;
  readonly exponent: number;
}

async function priceListOf(tx: SqlTx, { country, storeId }: PriceChange): Promise<ListRow | undefined> {
  if (storeId !== null && !isId(storeId)) return undefined;
  const [list] = await tx.$queryRawUnsafe<ListRow[]>(
    `SELECT l.id::text, l.country, l.currency, l.exponent FROM price_list l
     WHERE l.country = $1 OR l.id = (SELECT s.price_list_id FROM store_price_list s WHERE s.store_id = $2::uuid)`,
    country,
    storeId,
  );
  return list;
}

/** The store's menu after the price was added. */
function withPrice(
  store: StoreMenu,
  { menuItemId, storeId, amount, validUntil }: PriceChange,
  validFrom: Date,
): StoreMenu {
  const window = { amount, from: validFrom.getTime(), until: validUntil?.getTime() ?? null };
  const add = (prices: StoreMenu['ownPrices']) =>
    new Map(prices).set(menuItemId, [...(prices.get(menuItemId) ?? []), window]);
  return storeId === null
    ? { ...store, list: { ...store.list, prices: add(store.list.prices) } }
    : { ...store, ownPrices: add(store.ownPrices) };
}

/**
 * Sets a price for a span of time, once per idempotency key. In the same transaction it appends an event to the feed
 * of each store that thereby begins to sell the item.
 */
export async function changeMenuItemPrice(
  domain: MenuDomain,
  principal: Principal,
  change: PriceChange,
): Promise<ChangePriceOutcome> {
  const now = domain.clock();
  const { idempotencyKey: key, ...asked } = change;
  const body = {
    ...asked,
    validFrom: asked.validFrom?.toISOString() ?? null,
    validUntil: asked.validUntil?.toISOString() ?? null,
  };
  return domain.transaction((tx) =>
    idempotent<ChangePriceOutcome>(tx, { principal, mutation: 'changeMenuItemPrice', key, body, now }, async () => {
      const problem = inputProblem(change, now);
      if (problem) return problem;
      await lockMenu(tx);
      const list = await priceListOf(tx, change);
      if (!list) return { kind: 'priceListNotFound' };
      const item =
        isId(change.menuItemId) && (await tx.menuItem.findFirst({ where: { id: change.menuItemId, removedAt: null } }));
      if (!item) return { kind: 'itemNotFound' };
      const validFrom = change.validFrom && change.validFrom > now ? change.validFrom : now;
      const stores =
        change.storeId === null
          ? await menusOfStores(domain, tx, list.id)
          : [...(await loadStoreMenus(domain, tx, [change.storeId])).values()];
      await tx.price.create({
        data: {
          id: domain.newId(),
          priceListId: list.id,
          storeId: change.storeId,
          subjectId: item.id,
          amount: change.amount,
          validFrom,
          validUntil: change.validUntil,
        },
      });
      await recordChanges(
        tx,
        change.storeId === null ? `country:${list.country}` : `store:${change.storeId}`,
        [item.id],
        change.storeId === null,
      );
      const availabilityChanges = stores.flatMap((store) =>
        availabilityEvents(store, withPrice(store, change, validFrom), [item.id], now),
      );
      await domain.events.appendAll(
        tx,
        oneOfEach([
          MenuItemChanged.of({ menuItemId: item.id, kind: 'PRICE', at: now.toISOString() }),
          ...availabilityChanges,
        ]),
      );
      return {
        kind: 'done',
        menuItemId: item.id,
        amount: change.amount,
        currency: list.currency,
        exponent: list.exponent,
        validFrom: validFrom.toISOString(),
        validUntil: change.validUntil?.toISOString() ?? null,
      };
    }),
  );
}
