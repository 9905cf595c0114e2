import { Code, ConnectError } from '@connectrpc/connect';
import { InventorySupplyService } from '#generated/proto/drburger/inventory/v1/inventory_pb.ts';
import { isId } from '#platform/domain/id.ts';
import { adminService } from '#platform/identity/principal.ts';
import { service, type RpcService } from '#platform/rpc/service.ts';
import { IdempotencyKeyReused } from '#platform/subgraph/idempotency.ts';
import { webhooksService } from '#schema/services.ts';
import { receiveStock } from './commands/receiveStock.ts';
import type { Inventory } from './context.ts';

/** Takes in what suppliers say they have delivered. The door has checked that it is the supplier who says so. */
export const inventorySupply = (domain: Inventory): RpcService =>
  service(InventorySupplyService, [webhooksService], {
    receive: async ({ storeId, deliveryNote, lines }) => {
      if (!isId(storeId) || deliveryNote === '')
        throw new ConnectError('store_id must be a UUID in lower case, and delivery_note given', Code.InvalidArgument);
      try {
        const outcome = await receiveStock(domain, adminService(webhooksService), {
          idempotencyKey: `${storeId}:${deliveryNote}`,
          storeId,
          lines: lines.map(({ ingredientId, quantity }) => ({ ingredientId, quantity })),
        });
        if (outcome.kind === 'done') return {};
        if (outcome.kind === 'notFound') throw new ConnectError('an ingredient is not known', Code.NotFound);
        throw new ConnectError(outcome.kind === 'invalid' ? outcome.message : outcome.kind, Code.InvalidArgument);
      } catch (error) {
        if (error instanceof IdempotencyKeyReused)
          throw new ConnectError('the delivery note came before, with other lines', Code.AlreadyExists);
        throw error;
      }
    },
  });
