import { Code, ConnectError } from '@connectrpc/connect';
import {
  InventoryCommandService,
  InventoryQueryService,
  ReserveResult_Outcome,
} from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { isId } from '#platform/domain/id.ts';
import { reserve } from './commands/reserve.ts';
import { consume, release } from './commands/settleReservation.ts';
import { checkStock } from './checkStock.ts';
import type { Inventory } from './context.ts';
import type { RequiredLine } from './requirements.ts';

const requireArgument = (holds: boolean, message: string): void => {
  if (!holds) throw new ConnectError(message, Code.InvalidArgument);
};

function demandLines(lines: readonly RequiredLine[]): void {
  for (const line of lines) {
    requireArgument(line.quantity > 0, 'a quantity must be above zero');
    requireArgument(
      [line.menuItemId, ...line.modifierIds].every(isId),
      'menu_item_id and modifier_ids must be UUIDs in lower case',
    );
    requireArgument(line.sizeId === '' || isId(line.sizeId), 'size_id must be empty or a UUID in lower case');
  }
}

const demandOrder = ({ orderId, storeId }: { readonly orderId: string; readonly storeId: string }): void =>
  requireArgument(isId(orderId) && isId(storeId), 'order_id and store_id must be UUIDs in lower case');

/** Answers the order saga. The order's id serves as the idempotency key: an order holds stock once at most. */
export const inventoryCommands = (domain: Inventory): RpcService =>
  service(InventoryCommandService, ['orders'], {
    reserve: async (request) => {
      demandOrder(request);
      demandLines(request.lines);
      const result = await reserve(domain, request);
      return result.outcome === 'RESERVED'
        ? { outcome: ReserveResult_Outcome.RESERVED }
        : { outcome: ReserveResult_Outcome.OUT_OF_STOCK, missingMenuItemIds: [...result.missing] };
    },
    release: async (request) => {
      demandOrder(request);
      return { changed: await release(domain, request) };
    },
    consume: async (request) => {
      demandOrder(request);
      return { changed: await consume(domain, request) };
    },
  });

/** Answers what orders asks while a guest waits. */
export const inventoryQueries = (domain: Inventory): RpcService =>
  service(InventoryQueryService, ['orders'], {
    checkStock: async ({ storeId, lines }) => {
      requireArgument(isId(storeId), 'store_id must be a UUID in lower case');
      demandLines(lines);
      return { missingLines: [...(await checkStock(domain, storeId, lines))] };
    },
  });
