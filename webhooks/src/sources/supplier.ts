import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { bodyJwt } from '../signatures/bodyJwt.ts';
import type { Notice, PayloadVersion, Source } from '../source.ts';
import { supplierBodies } from './supplierBodies.ts';

interface Line {
  readonly ingredientId: string;
  readonly quantity: number;
}

/** What the supplier tells, whichever version it is in. */
type Told =
  | {
      readonly kind: 'arrived' | 'sent';
      readonly storeId: string;
      readonly deliveryNote: string;
      /** Our id of the order; empty if it is for none. */
      readonly order: string;
      readonly expectedAt?: string;
      readonly lines: readonly Line[];
    }
  | {
      readonly kind: 'prices';
      readonly id: string;
      readonly validFrom: string;
      readonly currency: string;
      readonly exponent: number;
      readonly prices: readonly { readonly ingredientId: string; readonly packSize: number; readonly price: number }[];
    }
  | {
      readonly kind: 'recalled';
      readonly id: string;
      readonly ingredientId: string;
      readonly deliveryNotes: string[];
      readonly reason: string;
    };

const lower = (id: string): string => id.toLowerCase();
const lowered = <Of extends { readonly ingredientId: string }>(lines: readonly Of[]): Of[] =>
  lines.map((line) => ({ ...line, ingredientId: lower(line.ingredientId) }));

/**
 * A notice that waits, for an ingredient or an order that is not known yet, keeps none of another delivery, list or
 * recall waiting.
 */
function noticeOf(told: Told): Notice {
  switch (told.kind) {
    case 'arrived':
    case 'sent': {
      const { kind, deliveryNote, expectedAt = '' } = told;
      const [storeId, purchaseOrderId] = [lower(told.storeId), lower(told.order)];
      const delivered = { storeId, purchaseOrderId, deliveryNote, lines: lowered(told.lines) };
      return {
        object: `delivery:${storeId}:${deliveryNote}`,
        command: (rpc) =>
          kind === 'arrived'
            ? rpc.client(InventorySupplyService).receive(delivered)
            : rpc.client(InventorySupplyService).noteShipment({ ...delivered, expectedAt }),
      };
    }
    case 'prices': {
      const { id, validFrom, currency, exponent, prices } = told;
      const list = { id, validFrom, currency, exponent, prices: lowered(prices) };
      return { object: `prices:${id}`, command: (rpc) => rpc.client(InventorySupplyService).setPrices(list) };
    }
    case 'recalled': {
      const { id, ingredientId, deliveryNotes, reason } = told;
      const notice = { id, ingredientId: lower(ingredientId), deliveryNotes, reason };
      return { object: `recall:${id}`, command: (rpc) => rpc.client(InventorySupplyService).recall(notice) };
    }
  }
}

const january: PayloadVersion = {
  read(body) {
    const told = supplierBodies['2026-01'].parse(body);
    switch (told.type) {
      case 'delivery.arrived':
        return noticeOf({ ...told, kind: 'arrived', order: told.order ?? '' });
      case 'shipment.sent':
        return noticeOf({ ...told, kind: 'sent' });
      case 'prices.changed':
        return noticeOf({ ...told, kind: 'prices', id: told.list });
      case 'goods.recalled':
        return noticeOf({ ...told, kind: 'recalled', id: told.recall });
    }
  },
};

const june: PayloadVersion = {
  read(body) {
    const told = supplierBodies['2026-06'].parse(body);
    if ('priceList' in told) {
      const { name: id, from: validFrom, packs, ...currency } = told.priceList;
      const prices = packs.map((pack) => ({ ingredientId: pack.id, packSize: pack.units, price: pack.price }));
      return noticeOf({ ...currency, kind: 'prices', id, validFrom, prices });
    }
    if ('recall' in told) {
      const { name: id, id: ingredientId, notes: deliveryNotes, reason } = told.recall;
      return noticeOf({ kind: 'recalled', id, ingredientId, deliveryNotes, reason });
    }
    const { note: deliveryNote, to, items, order = '' } = 'shipment' in told ? told.shipment : told.delivery;
    const lines = items.map((item) => ({ ingredientId: item.id, quantity: item.units }));
    const delivery = { storeId: to.store, deliveryNote, order, lines };
    return 'shipment' in told
      ? noticeOf({ ...delivery, kind: 'sent', expectedAt: told.shipment.due })
      : noticeOf({ ...delivery, kind: 'arrived' });
  },
};

/** The supplier of ingredients: what it sends, what it asks for a pack, and what it recalls. */
export const supplier: Source = {
  name: 'supplier',
  keys: 'WEBHOOK_SUPPLIER_KEYS',
  signature: bodyJwt('supplier'),
  limits: { bytes: 256 * 1024, perMinute: 600, milliseconds: 10_000 },
  versionOf: ({ version }) => version,
  versions: { '2026-01': january, '2026-06': june },
};
