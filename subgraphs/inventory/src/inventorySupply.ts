import { Code, ConnectError } from '@connectrpc/connect';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { adminService } from '#platform/identity/principal.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { IdempotencyKeyReused } from '#platform/subgraph/idempotency.ts';
import { webhooksService } from '#schema/services.ts';
import { maxQuantity, receiveStock } from './commands/receiveStock.ts';
import type { Inventory } from './context.ts';
import { noteArrival, noteShipment } from './suppliers/noteShipment.ts';
import { recall } from './suppliers/recall.ts';
import { setPrices } from './suppliers/setPrices.ts';

const require = (holds: boolean, message: string): void => {
  if (!holds) throw new ConnectError(message, Code.InvalidArgument);
};

const once = (ids: readonly string[]): boolean => ids.every(isId) && new Set(ids).size === ids.length;

const instantOf = (text: string): Date => {
  const at = new Date(text);
  require(!Number.isNaN(at.getTime()), 'an instant must be one of ISO 8601');
  return at;
};

const mostLines = 100;
const mostPrices = 2_000;

function requireLines(lines: readonly { readonly ingredientId: string; readonly quantity: number }[]): void {
  require(lines.length >= 1 && lines.length <= mostLines, `there must be 1 to ${mostLines} lines`);
  require(once(
    lines.map(({ ingredientId }) => ingredientId),
  ), 'each line must have an ingredient_id of its own, a UUID in lower case');
  require(lines.every(
    ({ quantity }) => quantity > 0 && quantity <= maxQuantity,
  ), `a quantity must lie between 1 and ${maxQuantity}`);
}

/** Failures of what may be known later are NOT_FOUND, so that the notice waits. All others are for good. */
const refusals = {
  unknownOrder: ['the order is not known', Code.NotFound],
  unknownIngredient: ['an ingredient is not known', Code.NotFound],
  otherStore: ['the order is of another store, or the delivery note of another order', Code.InvalidArgument],
} as const;

const refusal = (kind: keyof typeof refusals): ConnectError => new ConnectError(refusals[kind][0], refusals[kind][1]);

const answer = (outcome: 'noted' | 'taken' | keyof typeof refusals): Record<string, never> => {
  if (outcome === 'noted' || outcome === 'taken') return {};
  throw refusal(outcome);
};

/** Takes in what the supplier tells. The door has checked that it is the supplier who does. */
export const inventorySupply = (domain: Inventory): RpcService =>
  service(InventorySupplyService, [webhooksService], {
    receive: async ({ storeId, deliveryNote, lines, purchaseOrderId }) => {
      require(isId(storeId) && deliveryNote !== '', 'store_id must be a UUID in lower case, and delivery_note given');
      require(purchaseOrderId === '' || isId(purchaseOrderId), 'purchase_order_id must be a UUID in lower case');
      requireLines(lines);
      const arrival = await noteArrival(domain, {
        storeId,
        deliveryNote,
        lines,
        purchaseOrderId: purchaseOrderId === '' ? null : purchaseOrderId,
      });
      if (arrival !== 'noOrder') return answer(arrival);
      try {
        const outcome = await receiveStock(domain, adminService(webhooksService), {
          idempotencyKey: `${storeId}:${deliveryNote}`,
          storeId,
          lines: lines.map(({ ingredientId, quantity }) => ({ ingredientId, quantity })),
        });
        if (outcome.kind === 'done') return {};
        if (outcome.kind === 'notFound') throw refusal('unknownIngredient');
        throw new ConnectError(outcome.kind === 'invalid' ? outcome.message : outcome.kind, Code.InvalidArgument);
      } catch (error) {
        if (error instanceof IdempotencyKeyReused)
          throw new ConnectError('the delivery note came before, with other lines', Code.AlreadyExists);
        throw error;
      }
    },
    noteShipment: async ({ purchaseOrderId, storeId, deliveryNote, expectedAt, lines }) => {
      require(isId(purchaseOrderId) && isId(storeId), 'purchase_order_id and store_id must be UUIDs in lower case');
      require(deliveryNote !== '', 'delivery_note must be given');
      requireLines(lines);
      const at = expectedAt === '' ? null : instantOf(expectedAt);
      return answer(await noteShipment(domain, { purchaseOrderId, storeId, deliveryNote, expectedAt: at, lines }));
    },
    setPrices: async ({ id, validFrom, currency, exponent, prices }) => {
      require(id !== '' && /^[A-Z]{3}$/.test(currency), 'id must be given, and currency a code of ISO 4217');
      require(exponent >= 0 && exponent <= 4, 'exponent must lie between 0 and 4');
      require(prices.length >= 1 && prices.length <= mostPrices, `there must be 1 to ${mostPrices} prices`);
      require(once(
        prices.map(({ ingredientId }) => ingredientId),
      ), 'each price must have an ingredient_id of its own, a UUID in lower case');
      require(prices.every(
        ({ packSize, price }) => packSize > 0 && packSize <= maxQuantity && price >= 0,
      ), `pack_size must lie between 1 and ${maxQuantity}, and price not be negative`);
      return answer(await setPrices(domain, { id, validFrom: instantOf(validFrom), currency, exponent, prices }));
    },
    recall: async ({ id, ingredientId, deliveryNotes, reason }) => {
      require(id !== '' && isId(ingredientId), 'id must be given, and ingredient_id a UUID in lower case');
      return answer(await recall(domain, { id, ingredientId, deliveryNotes, reason }));
    },
  });
