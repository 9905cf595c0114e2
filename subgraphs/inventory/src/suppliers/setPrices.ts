import type { Inventory } from '../context.ts';

export interface Prices {
  readonly id: string;
  readonly validFrom: Date;
  readonly currency: string;
  readonly exponent: number;
  readonly prices: readonly { readonly ingredientId: string; readonly packSize: number; readonly price: number }[];
}

/**
 * Takes over the prices of a list, all or none. Each holds from its instant on, until one with a later instant does, in
 * whichever order the lists come; of two lists with the same instant the one that comes last holds.
 */
export const setPrices = (domain: Inventory, list: Prices): Promise<'taken' | 'unknownIngredient'> =>
  domain.transaction(async (tx) => {
    const { id, validFrom, currency, exponent, prices } = list;
    const ids = prices.map(({ ingredientId }) => ingredientId);
    if ((await tx.ingredient.count({ where: { id: { in: ids } } })) < ids.length) return 'unknownIngredient';
    await tx.$executeRawUnsafe(
      `INSERT INTO supplier_price (ingredient_id, valid_from, price_list, pack_size, price, currency, exponent)
       SELECT told.*, $6, $7 FROM (SELECT i, $2::timestamptz, $1, size, price
         FROM unnest($3::uuid[], $4::int[], $5::int[]) AS t (i, size, price) ORDER BY i) AS told
       ON CONFLICT (ingredient_id, valid_from) DO UPDATE SET price_list = excluded.price_list,
         pack_size = excluded.pack_size, price = excluded.price, currency = excluded.currency,
         exponent = excluded.exponent`,
      id,
      validFrom.toISOString(),
      ids,
      prices.map(({ packSize }) => packSize),
      prices.map(({ price }) => price),
      currency,
      exponent,
    );
    return 'taken';
  });
