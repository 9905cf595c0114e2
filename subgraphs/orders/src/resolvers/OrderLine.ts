import type {
  OrderLineModifierResolvers,
  OrderLineResolvers,
  OrderLineSlotResolvers,
} from '#generated/orders/resolvers.ts';
import { nameIn, type OrderLineView } from '../orderView.ts';

const money = ({ currency, exponent }: OrderLineView, amount: number) => ({ amount, currency, exponent });

export const OrderLine: OrderLineResolvers = {
  id: ({ line }) => line.lineId,
  item: ({ line }) => ({ id: line.menuItemId }),
  name: ({ line }, { locale }) => nameIn(line.name, locale ?? 'EN'),
  quantity: ({ line }) => line.quantity,
  sizeId: ({ line }) => line.sizeId,
  modifiers: ({ line }) => line.modifiers,
  slots: ({ line }) => line.slots,
  unitPrice: (view) => money(view, view.line.unitPrice),
  total: (view) => money(view, view.line.total),
  tax: (view) => money(view, view.line.tax),
};

export const OrderLineModifier: OrderLineModifierResolvers = {
  modifier: ({ modifierId }) => ({ id: modifierId }),
};

export const OrderLineSlot: OrderLineSlotResolvers = {
  item: ({ menuItemId }) => ({ id: menuItemId }),
};
