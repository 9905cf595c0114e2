import type { StockAdjustmentReason, StoreStockQuery } from '#generated/bffs/staff/operations.ts';

export type StockItem = NonNullable<NonNullable<StoreStockQuery['store']>['stock']>['edges'][number]['node'];

/** How much stands on the shelf. Stock that is reserved for orders is not cooked yet, so it stands there, too. */
export const onTheShelf = ({ onHand, reserved }: Pick<StockItem, 'onHand' | 'reserved'>): number => onHand + reserved;

/** By how much to correct the stock. After a count, `amount` is all that was counted; otherwise, what is gone. */
export const difference = (
  item: Pick<StockItem, 'onHand' | 'reserved'>,
  reason: StockAdjustmentReason,
  amount: number,
): number => (reason === 'COUNTED' ? amount - onTheShelf(item) : -amount);
